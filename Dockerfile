# syntax=docker/dockerfile:1
# Mujaz in a slim image for amd64 and arm64: not root, no build tools, nothing secret in a layer.
#   docker build -t mujaz .
#   docker run --read-only --tmpfs /tmp -v mujaz-data:/data --env-file .env mujaz

FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/mujaz
COPY requirements.lock ./
# Every package with its hash: what was not looked at does not get in.
RUN /opt/mujaz/bin/pip install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
# Built apart, so that no build tool reaches the image.
RUN python -m venv /opt/build && /opt/build/bin/pip install "hatchling==1.27.0" \
 && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/mujaz/bin/pip install --no-deps --no-index /wheels/mujaz-*.whl

FROM python:3.12-slim-bookworm
RUN groupadd --system --gid 10001 mujaz && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin mujaz \
 && install -d -o mujaz -g mujaz /data
COPY --from=build /opt/mujaz /opt/mujaz
ENV PATH=/opt/mujaz/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    MUJAZ_DATA_DIR=/data MUJAZ_LISTEN=127.0.0.1:8080 MUJAZ_LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["mujaz"]
CMD ["run"]
