#!/bin/sh
# Signs the digest of `coffer conformance` with Foundry's cast, as npm installs it.
cast=${CAST:-node_modules/@foundry-rs/cast-linux-amd64/bin/cast}
AWS_KMS_KEY_ID=$KMS_KEY_ID exec "$cast" wallet sign --aws --no-hash "$COFFER_CONFORMANCE_DIGEST"
