"""What schemathesis cannot know from the document: how to make pictures that can be read, text that the bundled faces can draw and
project files. Jobs that it starts are stopped at once, so that a run stays short and the server is never busy."""

import base64
import io
import json
import os
import struct
import time
import urllib.request
import uuid
import zipfile
import zlib

import schemathesis
from hypothesis import strategies as st

WIDTH, HEIGHT = 24, 24


def png(colour: tuple[int, int, int]) -> bytes:
    """A box on a transparent ground: a product, a scene, letters and a mask alike."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def pixel(x: int, y: int) -> bytes:
        inside = WIDTH // 4 <= x < WIDTH * 3 // 4 and HEIGHT // 4 <= y < HEIGHT * 3 // 4
        return bytes((*colour, 255)) if inside else bytes(4)

    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(WIDTH)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def project(seed: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("request.json", json.dumps({"text_content": "Sale", "width": 256, "height": 256, "seed": seed}))
        parts.writestr("product.image", png((90, 60, 30)))
    return out.getvalue()


byte = st.integers(0, 255)
pictures = st.tuples(byte, byte, byte).map(png)
encoded = pictures.map(lambda file: base64.b64encode(file).decode())
schemathesis.openapi.format("image-base64", st.one_of(encoded, encoded.map(lambda text: f"data:image/png;base64,{text}")))
# Files of forms.
schemathesis.openapi.format("binary", pictures)
letters = st.one_of(st.characters(min_codepoint=0xAC00, max_codepoint=0xAC50), st.sampled_from("ABCXYZabcxyz0189 %!\n"))
schemathesis.openapi.format("drawable-text", st.text(letters, min_size=1, max_size=30))
layers = [[], [{"type": "shape", "fill": "#00C73C"}], [{"type": "text", "text": "Sale", "color": "#E53935"}]]
schemathesis.openapi.format("layers-json", st.sampled_from([json.dumps(some) for some in layers]))
schemathesis.openapi.media_type("application/zip", st.integers(0, 1000).map(project))


BASE, TOKEN = os.environ["NANOCOCOA_BASE"], os.environ.get("NANOCOCOA_TEST_TOKEN")


def call(method: str, path: str, body: dict | None = None) -> dict:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {TOKEN}"} if TOKEN else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers)
    return json.load(urllib.request.urlopen(request, timeout=60))


def finished_job() -> str:
    """A job with pictures; made anew when the last one was deleted."""
    for job in call("GET", "/jobs")["jobs"]:
        if job["status"] == "completed":
            return job["job_id"]
    call("POST", "/stop")
    body = {"engine": "draft", "width": 256, "height": 256, "stop_step": 1}
    job_id = call("POST", "/generate", body)["job_id"]
    while call("GET", f"/status/{job_id}?images=false")["status"] in ("pending", "running"):
        time.sleep(0.05)
    return job_id


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of the invented job IDs become one that exists."""
    try:
        even = uuid.UUID(path_parameters["job_id"]).int % 2 == 0
    except (KeyError, TypeError, ValueError, AttributeError):
        return path_parameters
    return {**path_parameters, "job_id": finished_job()} if even else path_parameters


@schemathesis.hook
def after_call(context, case, response):
    """A job takes a second or two; what it makes is tested elsewhere."""
    if case.operation.path == "/generate" and response.status_code == 200:
        call("POST", "/stop")
