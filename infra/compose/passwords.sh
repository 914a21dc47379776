#!/bin/sh
# Gives the roles of infra/postgres/roles.sql their passwords; PostgreSQL's image runs it once, after them.
set -eu
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" \
    -v owner="$DATABASE_OWNER_PASSWORD" -v app="$DATABASE_APP_PASSWORD" \
    -v dispatcher="$DATABASE_DISPATCHER_PASSWORD" -v backup="$DATABASE_BACKUP_PASSWORD" <<'SQL'
ALTER ROLE atrium_owner PASSWORD :'owner';
ALTER ROLE atrium_app PASSWORD :'app';
ALTER ROLE atrium_dispatcher PASSWORD :'dispatcher';
ALTER ROLE atrium_backup PASSWORD :'backup';
SQL
