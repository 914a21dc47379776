"""The main job of the REST API as one shell script: upload, confirm, serve, ask, flag, answer, share."""

_SCRIPT = r"""
# bash -e walk.sh, with ATRIUM_TOKEN in the environment; model.onnx takes one picture, case.png is one
set -o pipefail
BASE=%s/api/v1
# what is refused is told on stderr, and ends the script
api() {
  curl -sS --fail-with-body -H "Authorization: Bearer $ATRIUM_TOKEN" "$@" > answer || { cat answer >&2; return 1; }
  cat answer
}
json() { api -H 'Content-Type: application/json' "$@"; }

# a project, a model, and a version announced by its size and hash
PROJECT=$(json "$BASE/projects" -d '{"name": "Chest films"}' | jq -r .id)
MODEL=$(json "$BASE/projects/$PROJECT/models" -d '{"name": "film-reader"}' | jq -r .id)
SIZE=$(wc -c < model.onnx) SHA256=$(sha256sum model.onnx | cut -d' ' -f1)
json "$BASE/models/$MODEL/versions" -d "{\"size\": $SIZE, \"sha256\": \"$SHA256\"}" > announced.json
VERSION=$(jq -r .version.id announced.json) PART=$(jq .upload.part_size announced.json)

# each part to its address, without the token; then close the upload and wait for the inspection
jq -r '.upload.parts[] | "\(.number) \(.url)"' announced.json | while read -r NUMBER URL; do
  tail -c "+$(((NUMBER - 1) * PART + 1))" model.onnx | head -c "$PART" > part
  curl -sS --fail -T part "$URL"
done
api "$BASE/versions/$VERSION/upload" | jq '{parts: [.parts[] | {number, etag}]}' > parts.json
json "$BASE/versions/$VERSION/complete" -d @parts.json | jq .state
while STATE=$(api "$BASE/versions/$VERSION" | jq -r .state); [ "$STATE" = inspecting ]; do sleep 1; done
api "$BASE/versions/$VERSION" | jq '{state, rejected, error, proposed_interface}'

# accept the proposed interface (or send your own), and serve the version
api "$BASE/versions/$VERSION" | jq '{interface: .proposed_interface}' > interface.json
json -X PATCH "$BASE/versions/$VERSION" -d @interface.json | jq .interface
ENDPOINT=$(json "$BASE/projects/$PROJECT/endpoints" -d "{\"name\": \"Triage\", \"version\": \"$VERSION\"}" | jq -r .id)
INPUT=$(jq -r '.interface.inputs[0].name' interface.json)

# ask with a file; again with an edit, naming the earlier prediction; flag it
ASKED=$(api "$BASE/endpoints/$ENDPOINT/predictions" -F "$INPUT=@case.png" | jq -r .id)
json "$BASE/endpoints/$ENDPOINT/predictions" -d "{\"inputs\": {\"$INPUT\": {\"prediction\": \"$ASKED\"}}, \"edits\":
  [{\"kind\": \"occlude\", \"x\": 0.7, \"y\": 0.05, \"w\": 0.2, \"h\": 0.1, \"fill\": \"mean\"}]}" | jq .answer
json "$BASE/predictions/$ASKED/flag" -d '{"verdict": "wrong", "message": "It reads the marker."}' > flag.json
THREAD=$(jq -r .thread flag.json)
json "$BASE/threads/$THREAD/messages" -d '{"body": "Thank you. We look at it."}' | jq .body

# a link for reviewers, and everything they said
json "$BASE/endpoints/$ENDPOINT/links" -d '{"role": "review", "expires": "30d"}' | jq -r .url
api "$BASE/projects/$PROJECT/threads/export?format=zip" -o flags.zip
"""


def script(address: str) -> str:
    """The script for the site at this address."""
    return _SCRIPT.strip().replace("%s", address)
