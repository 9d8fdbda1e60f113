"""命令行的共用选项 — options that several commands take alike."""

from typing import Annotated

import typer

Login = Annotated[str, typer.Option("--as", help="账号 login")]
Password = Annotated[str, typer.Option(prompt="密码 password", hide_input=True, envvar="STEELYARD_PASSWORD")]
Unit = Annotated[str, typer.Option(help="组织编号 the organisation's code")]
