"""见证 — what a second office runs to watch this log: a key, and a service that cosigns what extends it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from anyio import to_thread
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ops.clock import RealClock
from projections.transparency.cosignature import cosigner_key
from projections.transparency.note import Signer, generate_key, load_key
from projections.transparency.policy import parse_policy
from projections.transparency.witness import MOST_BYTES, PATH, Witness

app = typer.Typer(no_args_is_help=True)
console = Console(soft_wrap=True)

Name = Annotated[str, typer.Argument(help="见证人名称 the witness's name, as city.example/witness")]
KeyFile = Annotated[Path, typer.Option("--key", help="密钥文件,没有则生成 its key file, made on first use")]
KEY_FILE = Path("witness/key")
STATE = Path("witness/state")


@app.command()
def key(name: Name, file: KeyFile = KEY_FILE) -> None:
    """见证人公钥,写进对方的策略文件 The witness's vkey, for the policy file of the log that it watches."""
    console.print(str(cosigner_key(signer_of(file, name))), highlight=False)


@app.command()
def serve(
    name: Name,
    logs: Annotated[Path, typer.Argument(help="所见证的总账(log 行) a policy file with their log lines", exists=True)],
    file: KeyFile = KEY_FILE,
    state: Annotated[Path, typer.Option(help="见证到哪里,不可丢失 what it cosigned last, never to be lost")] = STATE,
    host: Annotated[str, typer.Option(help="地址 address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 port")] = 8100,
) -> None:
    """提供见证服务 Cosign for the logs named (C2SP tlog-witness)."""
    signer = signer_of(file, name)
    console.print(f"{cosigner_key(signer)}\nhttp://{host}:{port}", highlight=False)
    served = application(Witness(state, signer, parse_policy(logs.read_bytes()).logs), _now_s)
    uvicorn.Server(uvicorn.Config(served, host=host, port=port, log_level="warning", server_header=False)).run()


def signer_of(file: Path, name: str) -> Signer:
    """The witness's key; made on first use, readable by its owner alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return load_key(file, name) if file.exists() else generate_key(file, name)


def application(witness: Witness, now_s: Callable[[], int]) -> Starlette:
    """The one route of a witness, below whatever prefix it is served at; `now_s` is seconds since 1970."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BYTES:
                return PlainTextResponse("too long\n", 413)
        answer = await to_thread.run_sync(witness.add_checkpoint, body, now_s())
        return Response(answer.body, answer.status, media_type=answer.media_type)

    return Starlette(routes=[Route(PATH, add_checkpoint, methods=["POST"])])


def _now_s() -> int:
    return int(RealClock().now().timestamp())
