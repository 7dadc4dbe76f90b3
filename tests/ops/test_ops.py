"""What stands in ops/ fits the program: its commands, settings, ports, signals and end points."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.needs import need_program
from unhear.cli.app import COMMANDS
from unhear.service.health import HEALTH, READY
from unhear.service.life import DRAIN_SECONDS_MAX, NOTICED_SECONDS_MAX
from unhear.settings import Settings

OPS = Path(__file__).parents[2] / "ops"
UNITS = sorted((OPS / "systemd").glob("*.service"))
MANIFESTS = sorted((OPS / "kubernetes").glob("*.yaml"))
ROLES = {"web", "ears", "worker", "speech"}
LEAVES_WITHIN = DRAIN_SECONDS_MAX + NOTICED_SECONDS_MAX


def documents() -> Iterator[dict[str, Any]]:
    for file in MANIFESTS:
        yield from yaml.safe_load_all(file.read_text())


def deployments() -> dict[str, dict[str, Any]]:
    found = [one for one in documents() if one["kind"] == "Deployment"]
    return {one["metadata"]["name"]: one for one in found}


def expect_setting(name: str, value: object = None) -> None:
    assert name.startswith("UNHEAR_"), name
    setting = name.removeprefix("UNHEAR_")
    assert setting.lower() in Settings.model_fields, f"there is no setting {setting.lower()}"
    assert value is None or not isinstance(value, bool), f"{name}: the environment has strings"


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((OPS / "compose.yaml").read_text())
    return found


def test_every_role_has_a_unit_a_service_and_a_deployment() -> None:
    assert {unit.stem for unit in UNITS} == {"unhear", *(f"unhear-{role}" for role in ROLES)}
    assert set(deployments()) == {f"unhear-{role}" for role in ROLES}
    assert compose()["services"].keys() >= ROLES
    assert COMMANDS.keys() >= ROLES


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_a_command_notifies_and_gives_it_time_to_leave(unit: Path) -> None:
    lines = [line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line]
    said = [(name, value) for name, value in lines if not name.startswith("#")]
    values = dict(said)
    words = values["ExecStart"].split()
    assert words[3] in COMMANDS
    for name, value in said:
        if name == "Environment":
            expect_setting(value.strip("'").partition("=")[0])
    assert values["Type"] == "notify"
    assert int(values["TimeoutStopSec"]) > LEAVES_WITHIN
    assert values["MemorySwapMax"] == values["LimitCORE"] == "0"
    assert values["ProtectSystem"] == "strict"


@pytest.mark.tools
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    analyze = need_program("systemd-analyze")
    for unit in UNITS:
        # It wants to find the program, which is installed elsewhere here.
        text = unit.read_text().replace("/opt/unhear/bin/unhear", "/bin/true")
        (tmp_path / unit.name).write_text(text.replace("file:/usr/share", "https://x.example"))
    files = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(
        [analyze, "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert ours == []
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_deployment_is_probed_where_the_program_answers(role: str) -> None:
    deployment = deployments()[f"unhear-{role}"]
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"][0] == role
    assert pod["terminationGracePeriodSeconds"] > LEAVES_WITHIN
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    environment = {one["name"]: one.get("value") for one in container["env"]}
    assert environment["UNHEAR_HEALTH"] == f"0.0.0.0:{ports['health']}"
    for name, value in environment.items():
        if name.startswith("UNHEAR_"):
            expect_setting(name, value)
        else:
            assert value is None, "what is secret is named, and stands elsewhere"
    probes = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("liveness", "readiness")}
    assert probes["liveness"] == {"path": HEALTH, "port": "health"}
    assert probes["readiness"] == {"path": READY, "port": "health"}
    mounted = {one["name"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in pod["volumes"]}
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_every_deployment_has_a_budget_and_every_service_somebody_behind_it() -> None:
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in deployments().values()]
    budgets = 0
    for one in documents():
        chosen: Mapping[str, str] = {}
        if one["kind"] == "PodDisruptionBudget":
            chosen, budgets = one["spec"]["selector"]["matchLabels"], budgets + 1
        elif one["kind"] == "Service":
            chosen = one["spec"]["selector"]
        elif one["kind"] == "ConfigMap":
            for name, value in one["data"].items():
                expect_setting(name, value)
        assert any(chosen.items() <= pod.items() for pod in pods)
    assert budgets == len(ROLES)


def test_the_settings_of_the_cluster_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings,) = (one["data"] for one in documents() if one["kind"] == "ConfigMap")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found = Settings(house=tmp_path)
    assert found.speech == ("unhear-speech:10300",)
    assert found.private_network
    services = [one["metadata"]["name"] for one in documents() if one["kind"] == "Service"]
    assert {one.partition(":")[0] for one in (*found.speech, *found.devices_from)} <= {*services}
    assert found.devices_at is not None
    assert {one.partition(":")[2] for one in found.devices_from} == {found.devices_at[8:]}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_service_of_the_compose_file_is_asked_where_it_answers(role: str) -> None:
    service = compose()["services"][role]
    assert service["command"][0] == role
    for name, value in service["environment"].items():
        if name.startswith("UNHEAR_"):
            expect_setting(name, value)
    port = service["environment"]["UNHEAR_HEALTH"].rpartition(":")[2]
    assert f":{port}{READY}" in service["healthcheck"]["test"][-1]
    assert int(service["stop_grace_period"].removesuffix("s")) > LEAVES_WITHIN
    assert service["networks"][0] == "inside"
    volumes = {one.partition(":")[0] for one in service["volumes"]}
    assert volumes <= compose()["volumes"].keys()


def test_the_image_is_made_of_what_is_locked_alone() -> None:
    lines = (OPS / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    installs = [
        part for line in lines for part in line.split("&&") if " install " in part and "pip" in part
    ]
    assert len(installs) == 4
    for one in installs:
        assert "--require-hashes" in one or "--no-deps --no-build-isolation ." in one
    copied = [word for line in lines if line.startswith("COPY req") for word in line.split()[1:-1]]
    assert all((OPS.parent / name).is_file() for name in copied)
