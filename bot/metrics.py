"""What is counted while the bot runs, in the names under which /metrics shows it.

Nothing here names a chat, a person or a question. What can be read from the store is not counted
but looked up when somebody asks (``bot.web``).
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

UPDATES = Counter("mujaz_updates", "Updates from Telegram, by what became of them", ["fate"])
QUESTIONS = Counter("mujaz_questions", "Questions, by whether an answer was found", ["found"])
QUESTION_S = Histogram(
    "mujaz_question_seconds",
    "From a question to its answer, without the way to Telegram",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10),
)
ARTICLES = Counter("mujaz_articles_taken_in", "Articles from visits to sources", ["outcome"])
VISITS = Counter("mujaz_source_visits", "Visits to sources", ["outcome"])
SENDS = Counter("mujaz_sends", "Messages of the outbox, by what Telegram said", ["outcome"])
PACE_S = Histogram(
    "mujaz_pace_wait_seconds",
    "How long a message of the outbox waited for its turn",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
JOB_S = Histogram(
    "mujaz_job_seconds", "Periodic work, by name", ["job"], buckets=(0.01, 0.1, 1, 10, 60, 600)
)
JOB_FAILURES = Counter("mujaz_job_failures", "Periodic work that failed, by name", ["job"])
JOB_AT = Gauge("mujaz_job_last_success_timestamp_seconds", "When it last succeeded", ["job"])
