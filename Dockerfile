# One image for all parts: `vekst api` by default; `worker` and `migrate` as other commands. It brings no private servers
# (the extra `embedded`): PostgreSQL and Valkey are given by VEKST_DATABASE_URL and VEKST_REDIS_URL.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/vekst
ENV PATH=/opt/vekst/bin:$PATH
WORKDIR /build

# The dependencies change less often than the code: a layer of their own.
COPY requirements.lock requirements-dev.lock ./
RUN pip install --require-hashes -r requirements.lock

# The build backend comes from the lock as well, in an environment that is not shipped.
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements-dev.lock > build.lock \
    && pip install --target /build/backend-of-build --require-hashes -r build.lock
COPY pyproject.toml README.md LICENSE ./
COPY backend backend
COPY alembic alembic
COPY quests quests
RUN PYTHONPATH=/build/backend-of-build pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
# Its own folder is written to in development only: the keys of the local token issuer.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /srv/vekst --shell /usr/sbin/nologin vekst \
    && install --directory --owner=10001 --group=10001 --mode=0700 /srv/vekst/.vekst
COPY --from=build /opt/vekst /opt/vekst
COPY quests /srv/vekst/quests
# Days are computed with the packaged time zone data alone, so no path to the system's. Modules were compiled when they
# were installed, and the file system may be read-only.
ENV PATH=/opt/vekst/bin:$PATH PYTHONTZPATH= PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 VEKST_HOST=0.0.0.0
WORKDIR /srv/vekst
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["vekst"]
CMD ["api"]
