#!/bin/bash
# Prints what /readyz?verbose says; fails unless it is ready. A few milliseconds, where starting Node would take a hundred.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${EVENKEEL_HTTP_PORT:-9480}"
printf 'GET /readyz?verbose HTTP/1.0\r\n\r\n' >&3
read -r _ status _ <&3
sed '1,/^\r$/d' <&3
[ "$status" = 200 ]
