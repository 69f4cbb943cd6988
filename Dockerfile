# Reprieve in a container. Built and run by `docker compose`: see docs/operations.md, Containers.

FROM node:22-bookworm-slim AS assets
WORKDIR /assets
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.11-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv
ENV UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1
WORKDIR /opt/reprieve
# What changes seldom comes first: a new version of the product alone is built in seconds.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --extra registry --no-install-project --compile-bytecode
COPY reprieve reprieve
# The modules and the catalogues of words are compiled here: nothing is written where it runs.
RUN uv sync --frozen --no-dev --extra registry --compile-bytecode \
 && .venv/bin/python -m compileall -q reprieve \
 && .venv/bin/python -c "from pathlib import Path; from reprieve.config import catalogue; \
      catalogue.compiled(Path('reprieve/web/locale'), spare=Path('/tmp'))"

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin reprieve \
 && install -d -o reprieve -g reprieve -m 0700 /data /backup
WORKDIR /opt/reprieve
COPY --from=build /opt/reprieve /opt/reprieve
COPY --from=assets /assets/node_modules node_modules
COPY package-lock.json ./
ENV REPRIEVE_DATA=/data \
    PATH=/opt/reprieve/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER reprieve
VOLUME ["/data", "/backup"]
EXPOSE 8000 2575
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=120s --retries=4 \
    CMD ["python", "-m", "reprieve.config.answers", "https://localhost:8000/healthz"]
ENTRYPOINT ["reprieve"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--mllp-port", "2575"]
