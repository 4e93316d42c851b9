#!/bin/sh
# Makes what compose.yaml reads as secrets: random passwords, the addresses that hold them, and a certificate of its own for HOST.
#   sh deploy/compose/make-secrets.sh [FOLDER] [HOST]
# What is there is kept, so a certificate or an address of yours may be put in first, and a second run changes nothing.
set -eu
umask 022 # the containers run as several users and read these as they are; the folder keeps others on this machine out
folder=${1:-"$(dirname "$0")/secrets"}
host=${2:-localhost}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

random() { openssl rand -hex 24; }
# keep FILE TEXT: writes the file where it is missing.
keep() { [ -e "$1" ] || printf '%s\n' "$2" >"$1"; }

keep bootstrap_key "rv_$(random)"
keep master_key "$(openssl rand -base64 32)"
keep postgres_password "$(random)"
keep database_password "$(random)"
keep database_url "postgres://reeve:$(cat database_password)@postgres:5432/reeve"

keep nats_password "$(random)"
keep nats_auth "authorization { user: reeve, password: \"$(cat nats_password)\" }"
keep nats_url "nats://reeve:$(cat nats_password)@nats:4222"

keep redis_password "$(random)"
keep redis_auth "requirepass $(cat redis_password)"
keep redis_url "redis://:$(cat redis_password)@redis:6379"

keep s3_user reeve
keep s3_password "$(random)"
keep s3_url "s3+http://$(cat s3_user):$(cat s3_password)@s3:9000/reeve?region=us-east-1"

keep vault_token "$(random)"
keep vault_url "http://:$(cat vault_token)@vault:8200"

if [ ! -e tls_cert ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -keyout tls_key -out tls_cert \
    -subj "/CN=$host" -addext "subjectAltName=DNS:$host,DNS:localhost,IP:127.0.0.1" 2>/dev/null
  chmod 644 tls_key
fi
echo "secrets in $(pwd): $(ls | tr '\n' ' ')"
