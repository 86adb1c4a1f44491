#!/bin/sh
# PostgreSQL in the container `database`: at its first start makes the database, whose owner is no
# superuser, with the password POSTGRES_PASSWORD.
set -eu
PATH=/usr/lib/postgresql/15/bin:$PATH
data=/var/lib/postgresql/15
if [ ! -e "$data" ]; then
	new=$data.new
	rm -rf "$new" # of a start that was cut off
	initdb --pgdata "$new" --encoding UTF8 --locale C.UTF-8 --auth-local peer --auth-host scram-sha-256
	echo 'host all all all scram-sha-256' >> "$new/pg_hba.conf"
	pg_ctl start --wait --pgdata "$new" --options "-c listen_addresses=''"
	psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" <<-'SQL'
		CREATE ROLE quanxi LOGIN PASSWORD :'password';
		CREATE DATABASE quanxi OWNER quanxi;
		\connect quanxi
		CREATE EXTENSION postgis;
	SQL
	pg_ctl stop --wait --pgdata "$new"
	mv "$new" "$data"
fi
exec postgres -D "$data" -c listen_addresses='*'
