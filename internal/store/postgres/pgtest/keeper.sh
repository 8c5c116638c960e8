# Keeps a throw-away PostgreSQL, whose programs are in $0. It says the server's directory, then follows the orders that
# come on its input. When there are no more, because who gives them has ended, it ends the server and leaves nothing.
bin=$0
dir=$(mktemp -d /tmp/telamon-postgres.XXXXXX) || exit 1

start() {
	"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 \
		-c fsync=off -c full_page_writes=off -c log_min_messages=fatal >>"$dir/log" 2>&1 &
	server=$!
}
stop() {
	kill -QUIT "$server"
	wait "$server"
}
clean() { rm -rf "$dir"; }

if ! "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale -N >"$dir/log" 2>&1; then
	cat "$dir/log" >&2
	clean
	exit 1
fi
start
echo "$dir"
while read -r order; do
	"$order"
	echo done
done
stop
clean
