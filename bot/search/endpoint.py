"""Embeddings from a server that speaks OpenAI's protocol: a company's own, Ollama, vLLM, …

The address and the key are the operator's; nothing here follows a redirect with them. Only the
wire is known here; when to ask, and what to do without an answer, ``bot.search.semantic`` decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import numpy as np

from bot.errors import EmbeddingError, TextNotEmbeddedError
from bot.search.dense import FloatArray, unit

_QUESTION_S = 3.0  # a reader waits; without an answer the lexical search stands alone
_PASSAGES_S = 20.0
_REFUSALS = (400, 413, 422)  # of a text; other refusals are of us or of the moment
_MAX_CHARS = 6_000  # of one text; servers refuse what is longer than their model reads


class EndpointEmbedder:
    """Asks ``{url}/embeddings``; how many dimensions there are shows with the first answer.

    Models of the e5 family are told by a prefix whether a text is a question or a paragraph.
    """

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self.name = f"endpoint-1:{model}"[:200]
        self.dimensions = 0
        self._model = model
        self._address = f"{url.rstrip('/')}/embeddings"
        self._prefixed = "e5" in model.lower().replace("_", "-").split("/")[-1].split("-")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, trust_env=False)

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per paragraph text. Raises EmbeddingError."""
        return self._ask(texts, "passage: ", _PASSAGES_S)

    def questions(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per question. Raises EmbeddingError, within three seconds."""
        return self._ask(texts, "query: ", _QUESTION_S)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _ask(self, texts: Sequence[str], prefix: str, within_s: float) -> FloatArray:
        prefix = prefix if self._prefixed else ""
        wanted = [prefix + text[:_MAX_CHARS].encode("utf-8", "replace").decode() for text in texts]
        try:
            response = self._client.post(
                self._address,
                json={"model": self._model, "input": wanted, "encoding_format": "float"},
                timeout=within_s,
            )
            response.raise_for_status()
            rows = sorted(response.json()["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            kind = TextNotEmbeddedError if status in _REFUSALS else EmbeddingError
            raise kind(f"the server answered {status}") from None
        except httpx.HTTPError as error:
            raise EmbeddingError(f"no answer: {type(error).__name__}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingError(f"not an answer: {type(error).__name__}") from error
        return self._judged(vectors, len(texts))

    def _judged(self, vectors: FloatArray, expected: int) -> FloatArray:
        """Return the vectors at length 1, once they are what was asked for."""
        if vectors.ndim != 2 or len(vectors) != expected or not np.isfinite(vectors).all():
            raise EmbeddingError(f"not {expected} vectors: shape {vectors.shape}")
        if self.dimensions not in (0, vectors.shape[1]):
            raise EmbeddingError(f"{vectors.shape[1]} dimensions instead of {self.dimensions}")
        self.dimensions = vectors.shape[1]
        return unit(vectors)
