#!/bin/sh
# The postgres image runs this once, on its empty volume. Newsdesk gets a database of its own and
# no say in the server; the superuser keeps no password, so it is only had inside the container:
# docker compose exec db psql -U postgres
set -eu
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" -U postgres -d postgres <<'SQL'
CREATE ROLE newsdesk LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE newsdesk OWNER newsdesk;
ALTER ROLE postgres PASSWORD NULL;
SQL
