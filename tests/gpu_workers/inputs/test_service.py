"""What web sees of the inputs process: pictures, refusals, and a process that nothing a stranger sends can stop."""

import asyncio
import socket
import stat
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from atrium import rendering
from atrium.errors import Problem
from atrium.rendering import connections
from gpu_workers.inputs.pool import DEADLINE, Pool
from gpu_workers.inputs.refusal import TOO_MUCH_MEMORY
from gpu_workers.inputs.server import WAITING, Server
from gpu_workers.protocol.edits import Adjust, Crop, Edit, Occlude, Rotate
from gpu_workers.protocol.interface import FileColumn, TableFileInput, decoding
from gpu_workers.protocol.rendering import Decode, Made, Refused, Reply, encode
from gpu_workers.protocol.rendering import reply as parsed
from tests.gpu_workers.confined import interpreters

from .cases import Case, cases, ramp, saved, smooth
from .conftest import PATIENCE, RGB, Inputs, L, asked, freeze, until
from .test_refusals import bombs
from .test_rows import small_arrow, small_parquet
from .writers import COLOUR, GREY, chunk, png, read_ours

SMALL = png(ramp(255), GREY)


@pytest.fixture(scope="module")
def slow() -> bytes:
    """A progressive JPEG of 16 megapixels whose last scan comes three hundred times: small, allowed, and endless."""
    data = saved(Image.new("L", (4000, 4000), 90), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * 300 + data[-2:]


@pytest.fixture(scope="module")
def hungry() -> bytes:
    """A PNG of 49 megapixels with transparency, every byte in order, in 200 kB."""
    line = 1 + 7000 * 4
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    ten_lines = deflate.compress(bytes(10 * line)) + deflate.flush(zlib.Z_FULL_FLUSH)
    check = (7000 * line % 65521) << 16 | 1  # Adler-32 of zeros
    pixels = b"\x78\x01" + ten_lines * 700 + deflate.flush() + struct.pack(">I", check)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 7000, 7000, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.asyncio
async def test_decode_render_and_thumbnail(at_web: Inputs) -> None:
    original = await rendering.decode(SMALL, *RGB, "x.png")
    assert original.facts == {"width": 31, "height": 22}
    edits: list[Edit] = [
        Occlude(w=0.5, h=0.5, fill="blur"),
        Crop(x=0, y=0, w=0.5, h=1),
        Rotate(degrees=5),
        Adjust(gamma=2),
    ]
    edited = await rendering.render(original.data, "image", edits)
    assert edited.facts == {"width": 16, "height": 22}
    small = await asyncio.to_thread(rendering.thumbnail_now, original.data, "image", 16)
    assert small.facts == {"width": 16, "height": 11}


def test_the_blocking_form_gives_the_same(at_web: Inputs) -> None:
    assert rendering.decode_now(SMALL, *L) == asyncio.run(rendering.decode(SMALL, *L))


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"hello", "input_not_an_image", 422),
        (b"%PDF-1.4", "input_unsupported", 422),
        (SMALL[:-40], "input_damaged", 422),
        (png(np.zeros((1, 1), np.int64), GREY, size=(100_000, 100_000)), "input_too_large", 413),
        (bytes(25_000_001), "input_too_large", 413),
    ],
)
def test_a_refusal_is_a_problem_with_its_code(at_web: Inputs, data: bytes, code: str, status: int) -> None:
    with pytest.raises(Problem) as caught:
        rendering.decode_now(data, *L, "thorax.png")
    assert (caught.value.code, caught.value.status) == (code, status)
    assert len(caught.value.message) > 20


@pytest.mark.parametrize("kind", ["webp-lossless", "webp-extended", "webp-lossy", "gif", "tiff", "jpeg"])
def test_bombs_are_refused_as_too_large_within_the_child_s_memory(at_web: Inputs, kind: str) -> None:
    with pytest.raises(Problem) as caught:
        rendering.decode_now(bombs()[kind], *RGB)
    assert caught.value.code == "input_too_large"
    assert caught.value.message != TOO_MUCH_MEMORY.message, "it was refused before its pixels took any"


def test_only_its_owner_may_use_the_socket(inputs: Inputs) -> None:
    assert stat.S_IMODE(inputs.socket.stat().st_mode) == 0o600


@pytest.mark.asyncio
async def test_many_at_once_each_get_their_own(at_web: Inputs) -> None:
    files = {shade: png(np.full((5, 5 + shade), shade), GREY) for shade in range(60)}

    async def one(shade: int) -> bool:
        picture = await rendering.decode(files[shade], *L)
        return picture.facts["width"] == 5 + shade and bool((read_ours(picture.data) == shade).all())

    assert all(await asyncio.gather(*[one(shade) for shade in files]))


@pytest.mark.asyncio
async def test_a_slow_picture_is_refused_after_two_seconds_while_others_go_on(at_web: Inputs, slow: bytes) -> None:
    await until(lambda: len(at_web.children()) == 3)
    before = {child.pid for child in at_web.children()}
    began = time.monotonic()
    waiting = asyncio.ensure_future(rendering.decode(slow, *RGB))
    await rendering.decode(SMALL, *L)
    assert not waiting.done(), "it would take minutes"
    with pytest.raises(Problem) as caught:
        await waiting
    assert caught.value.code == "input_too_slow"
    assert time.monotonic() - began > 0.95 * DEADLINE
    assert DEADLINE == 2
    await until(lambda: len(before & {child.pid for child in at_web.children()}) == 2)  # the spare stood ready
    await asyncio.gather(*[rendering.decode(SMALL, *L) for _ in range(8)])


@pytest.mark.asyncio
async def test_a_child_killed_in_the_middle_is_replaced_and_its_request_answered(
    begin: Callable[[int], Inputs], settings: object, folder: Path
) -> None:
    running = begin(1)
    settings.INPUTS_SOCKET = str(running.socket)  # type: ignore[attr-defined]
    await until(lambda: len(running.children()) == 2)
    children = running.children()
    await freeze(children)
    large = saved(Image.fromarray(np.tile(smooth(64, 64), (10, 10, 1))), "PNG", compress_level=0)
    assert len(large) > 1 << 20, "more than the pipe holds: it dies while it is being written to"
    waiting = asyncio.ensure_future(rendering.decode(large, *RGB))
    (victim,) = await until(lambda: [child for child in children if asked(child)])
    victim.kill()
    for child in children:
        if child != victim:
            child.resume()
    picture = await waiting
    assert picture.facts == {"width": 640, "height": 640}
    running.wait_for(b"another starts")
    await until(lambda: len(running.children()) == 2)
    assert victim not in running.children()


def test_memory_beyond_the_limit_is_refused_and_the_child_replaced(at_web: Inputs, hungry: bytes) -> None:
    with pytest.raises(Problem) as caught:
        rendering.decode_now(hungry, *RGB)
    assert caught.value.code in ("input_too_large", "input_too_slow")  # whichever limit a busy machine meets first
    assert rendering.decode_now(SMALL, *L).facts["width"] == 31


@pytest.mark.parametrize("make", [small_parquet, small_arrow])
def test_a_column_that_unpacks_beyond_the_limit_is_refused_in_words(
    at_web: Inputs, make: Callable[[int], bytes]
) -> None:
    """It is asked for, so it is unpacked: by a confined child, with 512 MB and two seconds for it."""
    data = make(600)
    assert len(data) < 100_000
    asked_for = decoding(TableFileInput(name="t", columns=(FileColumn(name="age", type="text"),), max_rows=10_000))
    with pytest.raises(Problem) as caught:
        rendering.decode_now(data, "rows", asked_for, "patients.parquet")
    assert caught.value.code in ("input_too_large", "input_too_slow")  # whichever limit a busy machine meets first
    assert "send a part of it" in caught.value.message.lower()
    assert rendering.decode_now(b"age\nsixty\n", "rows", asked_for, "patients.csv").facts["count"] == 1


def test_mutated_files_give_a_picture_or_a_refusal_and_never_a_dead_pool(at_web: Inputs) -> None:
    """Four hundred seeded mutations of honest pictures: bytes changed, cut, doubled or swapped between two files."""
    random = np.random.default_rng(20260101)
    originals = cases()

    async def all_of_them() -> list[str]:
        turns = asyncio.Semaphore(4)

        async def one(data: bytes) -> str:
            async with turns:
                try:
                    picture = await rendering.decode(data, *RGB)
                except Problem as problem:
                    return problem.code
                assert read_ours(picture.data).shape == (picture.facts["height"], picture.facts["width"], 3)
                return "picture"

        return await asyncio.gather(*[one(mutated(originals, random)) for _ in range(400)])

    ends = asyncio.run(all_of_them())
    allowed = {"picture", "input_damaged", "input_unsupported", "input_not_an_image", "input_too_large"}
    assert set(ends) <= allowed
    assert ends.count("picture") > 20
    assert ends.count("input_damaged") > 20
    assert len(at_web.children()) >= 2
    assert at_web.process.poll() is None


def mutated(originals: list[Case], random: np.random.Generator) -> bytes:
    data = bytearray(originals[random.integers(len(originals))].data)
    for _ in range(random.integers(1, 6)):
        kind, at = random.integers(4), int(random.integers(len(data)))
        end = min(len(data), at + int(random.integers(1, 64)))
        if kind == 0:
            data[at:end] = random.bytes(end - at)
        elif kind == 1 and len(data) > 200:
            del data[at:end]
        elif kind == 2:
            data[at:at] = data[at:end]
        else:
            other = originals[random.integers(len(originals))].data
            data[at:end] = other[at : at + end - at]
    return bytes(data)


def test_requests_of_one_connection_are_answered_in_order_and_garbage_is_refused(inputs: Inputs) -> None:
    bodies = [encode(Decode(SMALL, *L)), b"\xc1garbage", b"", encode(Decode(b"no", *L)), encode(Decode(SMALL, *RGB))]
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(inputs.socket))
        sock.sendall(b"".join(struct.pack(">I", len(body)) + body for body in bodies))
        with sock.makefile("rb") as stream:
            replies = [stream.read(struct.unpack(">I", stream.read(4))[0]) for _ in bodies]
    assert replies.pop(2) == b"", "an empty one asks nothing but whether the process is there"
    read: list[Reply] = [parsed(reply) for reply in replies]
    told = [reply.code if isinstance(reply, Refused) else read_ours(reply.data).ndim for reply in read]
    assert told == [2, "malformed", "input_not_an_image", 3]


def test_a_message_beyond_the_bound_is_skipped_and_the_connection_lives(inputs: Inputs) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(inputs.socket))
        sock.sendall(struct.pack(">I", 40_000_000) + bytes(40_000_000))
        body = encode(Decode(SMALL, *L))
        sock.sendall(struct.pack(">I", len(body)) + body)
        with sock.makefile("rb") as stream:
            first, second = (parsed(stream.read(struct.unpack(">I", stream.read(4))[0])) for _ in range(2))
    assert isinstance(first, Refused)
    assert first.code == "input_too_large"
    assert isinstance(second, Made)


def test_an_empty_message_is_answered_at_once(inputs: Inputs) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE)
        sock.connect(str(inputs.socket))
        sock.sendall(bytes(4))
        assert sock.recv(8) == bytes(4)


@pytest.mark.asyncio
async def test_beyond_the_queue_it_says_busy(folder: Path, settings: object) -> None:
    """The server in this loop, with a deadline that leaves time to fill its queue."""
    settings.INPUTS_SOCKET = str(folder / "queue.sock")  # type: ignore[attr-defined]
    pool = Pool(2, deadline=PATIENCE)
    server = Server(pool, folder / "queue.sock")
    await pool.start()
    await server.start()
    await until(lambda: len(pool.pids) == 3)
    children = [child for pid in pool.pids for child in interpreters(psutil.Process(pid))]
    await freeze(children)
    ends: list[str] = []

    async def one() -> None:
        try:
            ends.append((await rendering.decode(SMALL, *L)).kind)
        except Problem as problem:
            ends.append(problem.code)

    requests = [asyncio.ensure_future(one()) for _ in range(150)]
    await until(lambda: len(ends) == 150 - WAITING)
    assert set(ends) == {"busy"}
    for child in children:
        child.resume()
    await asyncio.gather(*requests)
    assert ends[-WAITING:] == ["image"] * WAITING
    connections.close_all()
    await server.drain()
    await pool.close()
    await until(lambda: not pool.pids)


def test_a_second_process_on_the_same_socket_says_so(inputs: Inputs) -> None:
    command = [sys.executable, "-m", "gpu_workers.inputs", "--socket", str(inputs.socket)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert "already listens" in second.stderr
    assert inputs.socket.exists()


def test_a_path_too_long_for_a_socket_says_so(folder: Path) -> None:
    command = [sys.executable, "-m", "gpu_workers.inputs", "--socket", str(folder / ("x" * 120))]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 1
    assert "107" in run.stderr
    assert "Traceback" not in run.stderr


def test_the_width_of_our_colour_pictures_is_what_was_sent(at_web: Inputs) -> None:
    colour = smooth(300, 500)
    assert (read_ours(rendering.decode_now(png(colour.astype(int), COLOUR), *RGB).data) == colour).all()
