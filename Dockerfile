# One image for web and worker. Build: docker build -t newsdesk .
FROM python:3.13-slim AS build
COPY requirements-run.txt /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements-run.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home newsdesk \
    && install -d -o newsdesk -g newsdesk /var/lib/newsdesk
COPY --from=build /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 VAR_DIR=/var/lib/newsdesk
USER newsdesk
VOLUME /var/lib/newsdesk
EXPOSE 8000
# gunicorn and the worker both finish what they are doing.
STOPSIGNAL SIGTERM
CMD ["gunicorn", "config.wsgi", "--config", "deploy/gunicorn.conf.py"]
