-- The four roles of Atrium. Run as a superuser inside its database, as often as you like:
--     psql -d atrium -f infra/postgres/roles.sql
-- Passwords are set by whoever runs it (ALTER ROLE … PASSWORD): none stands in a file of the repository.
--
-- None may bypass row-level security. Migrations run as atrium_owner, web and chores as atrium_app, the
-- dispatcher as atrium_dispatcher (its grants per table come with the migrations), pg_dump as atrium_backup.

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['atrium_owner', 'atrium_app', 'atrium_dispatcher', 'atrium_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', role);
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO atrium_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO atrium_app, atrium_dispatcher, atrium_backup', current_database()
    );
END $$;

-- Its statements take lists of one or of a hundred jobs: planning anew for each length costs more than the plan gains.
ALTER ROLE atrium_dispatcher SET plan_cache_mode = force_generic_plan;

ALTER SCHEMA public OWNER TO atrium_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO atrium_app, atrium_dispatcher, atrium_backup;

ALTER DEFAULT PRIVILEGES FOR ROLE atrium_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO atrium_app;
ALTER DEFAULT PRIVILEGES FOR ROLE atrium_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO atrium_app;
ALTER DEFAULT PRIVILEGES FOR ROLE atrium_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO atrium_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE atrium_owner IN SCHEMA public
    GRANT SELECT ON SEQUENCES TO atrium_backup;
