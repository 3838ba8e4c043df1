"""Test the config flow and the options flow."""

import json
import logging
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_API_KEY, Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.seam.api import Workspace
from custom_components.seam.const import (
    CONF_ADVANCED,
    CONF_CHECK_IN,
    CONF_CHECK_OUT,
    CONF_CODE_SENSORS,
    CONF_ENDPOINT,
    CONF_PANEL,
    CONF_WEBHOOK,
    DOMAIN,
)
from simulator import Simulator
from simulator.seed import (
    KEY_TWO,
    PERSONAL_ACCESS_TOKEN,
    WORKSPACE,
    WORKSPACE_NAME,
    WORKSPACE_TWO,
    WORKSPACE_TWO_NAME,
)

NEW_KEY = "seam_test_another"
SOURCES = ["user", "reauth", "reconfigure"]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks."""
    return [Platform.LOCK]


@pytest.fixture(autouse=True)
def _another_key(simulator: Simulator) -> None:
    """Add a second API key of the first workspace."""
    simulator.control.add_key(NEW_KEY)


async def _start_user_flow(hass: HomeAssistant) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def _start_flow(
    hass: HomeAssistant, entry: MockConfigEntry, source: str
) -> ConfigFlowResult:
    """Return the first form of a flow. Reauth and reconfigure need an entry."""
    if source == "user":
        return await _start_user_flow(hass)
    entry.add_to_hass(hass)
    form: ConfigFlowResult = await (
        entry.start_reauth_flow(hass)
        if source == "reauth"
        else entry.start_reconfigure_flow(hass)
    )
    return form


def _user_input(source: str, key: str, endpoint: str) -> dict[str, Any]:
    filled: dict[str, Any] = {CONF_API_KEY: key}
    if source != "reauth":
        filled[CONF_ADVANCED] = {CONF_ENDPOINT: endpoint}
    return filled


async def _submit(
    hass: HomeAssistant,
    form: ConfigFlowResult,
    source: str,
    key: str,
    endpoint: str,
) -> ConfigFlowResult:
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], _user_input(source, key, endpoint)
    )
    await hass.async_block_till_done()
    return result


def _suggested_key(form: ConfigFlowResult) -> str | None:
    """Return the API key that the form suggests."""
    schema = form["data_schema"]
    assert schema is not None
    [field] = [field for field in schema.schema if field == CONF_API_KEY]
    suggested: str | None = (field.description or {}).get("suggested_value")
    return suggested


def _assert_success(
    hass: HomeAssistant, simulator: Simulator, result: ConfigFlowResult, source: str
) -> None:
    """Assert that the flow stored the new API key."""
    if source == "user":
        assert result["type"] is FlowResultType.CREATE_ENTRY
    else:
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == f"{source}_successful"
    [entry] = hass.config_entries.async_entries(DOMAIN)
    assert entry.data[CONF_API_KEY] == NEW_KEY
    assert entry.data[CONF_ENDPOINT] == simulator.url
    assert entry.unique_id == WORKSPACE
    assert entry.state is ConfigEntryState.LOADED


async def test_user_flow_creates_entry(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that title and unique id come from the workspace, and the URL defaults to Seam's."""
    form = await _start_flow(hass, entry, "user")
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert not form["errors"]
    schema = form["data_schema"]
    assert schema is not None
    [advanced] = [value for key, value in schema.schema.items() if key == CONF_ADVANCED]
    assert advanced.options["collapsed"] is True
    assert advanced.schema({}) == {CONF_ENDPOINT: "https://connect.getseam.com"}

    result = await _submit(hass, form, "user", NEW_KEY, simulator.url)
    _assert_success(hass, simulator, result, "user")
    assert result["title"] == WORKSPACE_NAME


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_reauth_and_reconfigure_update_entry(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, source: str
) -> None:
    """Test that the entry is loaded with the new API key."""
    form = await _start_flow(hass, entry, source)
    assert form["step_id"] == {"reauth": "reauth_confirm"}.get(source, source)
    result = await _submit(hass, form, source, NEW_KEY, simulator.url)
    _assert_success(hass, simulator, result, source)


async def test_reconfigure_loaded_entry(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that only the new API key is used after reconfiguring a loaded entry."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    form = await entry.start_reconfigure_flow(hass)
    result = await _submit(hass, form, "reconfigure", NEW_KEY, simulator.url)
    _assert_success(hass, simulator, result, "reconfigure")
    simulator.control.revoke_key()
    await entry.runtime_data.async_refresh()
    assert entry.runtime_data.last_update_success
    assert NEW_KEY not in caplog.text


ERRORS = [
    pytest.param("revoked", CONF_API_KEY, "invalid_auth", id="revoked"),
    pytest.param("no_workspace", CONF_API_KEY, "invalid_auth", id="no_workspace"),
    pytest.param("suspended", "base", "workspace_suspended", id="suspended"),
    pytest.param("rate_limit", "base", "rate_limited", id="rate_limit"),
    pytest.param("outage", "base", "cannot_connect", id="down"),
    pytest.param("html", "base", "cannot_connect", id="html"),
    pytest.param("empty", "base", "cannot_connect", id="empty"),
    pytest.param("status", "base", "cannot_connect", id="500"),
    pytest.param("broken_json", "base", "cannot_connect", id="broken_json"),
    pytest.param("wrong_shape", "base", "cannot_connect", id="wrong_shape"),
    pytest.param("refused", "base", "unknown", id="refused"),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("problem", "field", "error"), ERRORS)
async def test_flow_recovers_from_error(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    source: str,
    problem: str,
    field: str,
    error: str,
) -> None:
    """Test that each error is shown, and the same form succeeds afterwards."""
    simulator.control.add_key("seam_test_revoked")
    simulator.control.revoke_key("seam_test_revoked")
    form = await _start_flow(hass, entry, source)
    key = NEW_KEY
    match problem:
        case "revoked":
            key = "seam_test_revoked"
        case "no_workspace":
            simulator.faults.add(
                "status", status=400, error_type="missing_workspace_id"
            )
        case "suspended":
            simulator.control.suspend_workspace()
        case "rate_limit":
            simulator.faults.add("rate_limit", retry_after=60)
        case "refused":
            simulator.faults.add("status", status=418, error_type="teapot")
        case "outage" | "html" | "empty" | "status" | "broken_json" | "wrong_shape":
            simulator.faults.add(problem)
    form = await _submit(hass, form, source, key, simulator.url)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {field: error}
    # A valid API key need not be pasted again.
    assert _suggested_key(form) == (None if field == CONF_API_KEY else NEW_KEY)

    simulator.faults.clear()
    simulator.control.resume_workspace()
    again = _suggested_key(form) or NEW_KEY
    result = await _submit(hass, form, source, again, simulator.url)
    _assert_success(hass, simulator, result, source)
    assert NEW_KEY not in caplog.text
    assert "seam_test_revoked" not in caplog.text
    assert ("Traceback" in caplog.text) is (problem == "refused")


@pytest.mark.parametrize(
    ("source", "key", "kind"),
    [
        ("user", PERSONAL_ACCESS_TOKEN, "personal access token"),
        ("reauth", PERSONAL_ACCESS_TOKEN, "personal access token"),
        ("reconfigure", PERSONAL_ACCESS_TOKEN, "personal access token"),
        ("user", "seam_at1AbCd_2xyz", "personal access token"),
        ("user", "seam_cst1AbCd", "client session token"),
        ("user", "seam_pk1AbCd", "publishable key"),
        ("user", "eyJhbGciOi.eyJzdWIi.c2lnbmVk", "console session token"),
        ("user", "whsec_c2VjcmV0", None),
        ("user", "seam_", None),
        ("user", "seam_test with a space", None),
        ("user", "seam_tést", None),
        ("user", "Bearer seam_test_simulator", None),
        ("user", f"{NEW_KEY}\nX-Evil: 1", None),
        ("user", "", None),
    ],
)
async def test_wrong_key_type_is_named(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    source: str,
    key: str,
    kind: str | None,
) -> None:
    """Test that another kind of credential is named if it is known, and not sent."""
    form = await _start_flow(hass, entry, source)
    form = await _submit(hass, form, source, key, simulator.url)
    assert form["type"] is FlowResultType.FORM
    error = "wrong_key_type" if kind else "not_an_api_key"
    assert form["errors"] == {CONF_API_KEY: error}
    assert form["description_placeholders"] is not None
    assert form["description_placeholders"]["key_kind"] == (kind or "")
    assert _suggested_key(form) is None
    if source != "reauth":
        # What was typed is kept, and shown if it is not what the form starts with.
        schema = form["data_schema"]
        assert schema is not None
        [advanced] = [v for key, v in schema.schema.items() if key == CONF_ADVANCED]
        assert advanced.schema({}) == {CONF_ENDPOINT: simulator.url}
        assert advanced.options["collapsed"] is (source == "reconfigure")
    assert not simulator.requests
    result = await _submit(hass, form, source, f"  {NEW_KEY}\n", simulator.url)
    _assert_success(hass, simulator, result, source)


@pytest.mark.parametrize(
    ("source", "endpoint", "error"),
    [
        ("user", "http://connect.getseam.com", "insecure_endpoint"),
        ("reconfigure", "http://connect.getseam.com", "insecure_endpoint"),
        ("reconfigure", "connect.getseam.com", "invalid_endpoint"),
        ("user", "http://localhost.example.com", "insecure_endpoint"),
        ("user", "http://127.0.0.1.example.com", "insecure_endpoint"),
        ("user", "http://192.168.1.5:8124", "insecure_endpoint"),
        ("user", "http://0.0.0.0:8124", "insecure_endpoint"),
        ("user", "http://[::2]", "insecure_endpoint"),
        ("user", "http://user@127.0.0.1", "invalid_endpoint"),
        ("user", "https://user:password@connect.getseam.com", "invalid_endpoint"),
        ("user", "http://127.0.0.1@connect.getseam.com", "invalid_endpoint"),
        ("user", "ftp://connect.getseam.com", "invalid_endpoint"),
        ("user", "file:///etc/passwd", "invalid_endpoint"),
        ("user", "connect.getseam.com", "invalid_endpoint"),
        ("user", "https://", "invalid_endpoint"),
        ("user", "https://connect.getseam.com:0", "invalid_endpoint"),
        ("user", "https://connect.getseam.com:99999", "invalid_endpoint"),
        ("user", "https://connect.getseam.com:port", "invalid_endpoint"),
        ("user", "https://[::1", "invalid_endpoint"),
        ("user", "https://connect.getseam.com?a=b", "invalid_endpoint"),
        ("user", "https://connect.getseam.com#fragment", "invalid_endpoint"),
        ("user", "this is no address", "invalid_endpoint"),
        ("user", "http://127.0.0.1\\@connect.getseam.com", "invalid_endpoint"),
        ("user", "", "invalid_endpoint"),
    ],
)
async def test_invalid_endpoint_is_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    source: str,
    endpoint: str,
    error: str,
) -> None:
    """Test that an invalid or insecure URL is refused before any request."""
    form = await _start_flow(hass, entry, source)
    form = await _submit(hass, form, source, NEW_KEY, endpoint)
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {CONF_ADVANCED: error}
    assert _suggested_key(form) == NEW_KEY
    assert not simulator.requests
    schema = form["data_schema"]
    assert schema is not None
    [advanced] = [value for key, value in schema.schema.items() if key == CONF_ADVANCED]
    assert advanced.options["collapsed"] is False
    result = await _submit(hass, form, source, NEW_KEY, simulator.url)
    _assert_success(hass, simulator, result, source)


@pytest.mark.parametrize(
    ("endpoint", "kept"),
    [
        ("http://127.0.0.1:8124", "http://127.0.0.1:8124"),
        ("  http://127.0.0.1:8124/ ", "http://127.0.0.1:8124"),
        ("http://127.3.2.1:8124//", "http://127.3.2.1:8124"),
        ("HTTP://LOCALHOST:8124", "http://localhost:8124"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8124/", "http://[::1]:8124"),
        ("https://seam.example.com:443/", "https://seam.example.com"),
        ("https://Seam.Example.com/proxy/?", "https://seam.example.com/proxy"),
    ],
)
async def test_endpoint_is_normalized(
    hass: HomeAssistant, entry: MockConfigEntry, endpoint: str, kept: str
) -> None:
    """Test that the URL is stored normalized, and that http is possible for loopback."""
    form = await _start_flow(hass, entry, "user")
    with (
        patch(
            "custom_components.seam.config_flow.SeamClient.get_workspace",
            return_value=Workspace(workspace_id="elsewhere"),
        ),
        patch("custom_components.seam.async_setup_entry", return_value=True),
    ):
        result = await _submit(hass, form, "user", NEW_KEY, endpoint)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_ENDPOINT] == kept


async def test_refused_connection(
    hass: HomeAssistant, entry: MockConfigEntry, unused_tcp_port: int
) -> None:
    """Test that a refused connection is reported as such."""
    form = await _start_flow(hass, entry, "user")
    endpoint = f"http://127.0.0.1:{unused_tcp_port}"
    form = await _submit(hass, form, "user", NEW_KEY, endpoint)
    assert form["errors"] == {"base": "cannot_connect"}


async def test_redirect_is_not_followed(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that the API key is not sent to the target of a redirect."""
    simulator.faults.add("html", status=307)
    form = await _start_flow(hass, entry, "user")
    form = await _submit(hass, form, "user", NEW_KEY, simulator.url)
    assert form["errors"] == {"base": "cannot_connect"}


async def test_unknown_field_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Test that unknown fields are refused."""
    form = await _start_flow(hass, entry, "user")
    with pytest.raises(InvalidData):
        await hass.config_entries.flow.async_configure(form["flow_id"], {"key": "x"})


async def test_workspace_is_configured_once(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that another API key of the same workspace creates no second entry."""
    entry.add_to_hass(hass)
    form = await _start_user_flow(hass)
    result = await _submit(hass, form, "user", NEW_KEY, simulator.url)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_API_KEY] == simulator.key


async def test_two_workspaces_are_two_entries(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that a second workspace gets an entry of its own."""
    entry.add_to_hass(hass)
    form = await _start_user_flow(hass)
    result = await _submit(hass, form, "user", KEY_TWO, simulator.url)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == WORKSPACE_TWO_NAME
    assert result["result"].unique_id == WORKSPACE_TWO


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_key_of_other_workspace_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, source: str
) -> None:
    """Test that the entry stays as it is, and the other workspace is named."""
    form = await _start_flow(hass, entry, source)
    result = await _submit(hass, form, source, KEY_TWO, simulator.url)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {CONF_API_KEY: "wrong_workspace"}
    placeholders = result["description_placeholders"] or {}
    assert placeholders["workspace"] == WORKSPACE_TWO_NAME
    assert entry.data[CONF_API_KEY] == simulator.key
    assert entry.unique_id == WORKSPACE


async def test_reconfigure_ends_reauth(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that reconfiguring an entry with a refused API key ends the reauth flow."""
    simulator.control.revoke_key()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert len(hass.config_entries.flow.async_progress()) == 1
    form = await entry.start_reconfigure_flow(hass)
    result = await _submit(hass, form, "reconfigure", NEW_KEY, simulator.url)
    _assert_success(hass, simulator, result, "reconfigure")
    assert not hass.config_entries.flow.async_progress()


async def test_suggested_key_is_not_exposed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that a rejected API key is suggested again, but not listed, logged or stored."""
    caplog.set_level(logging.DEBUG)
    for component in ("config", "websocket_api"):
        assert await async_setup_component(hass, component, {})
    simulator.faults.add("outage")
    form = await _start_flow(hass, entry, "reauth")
    client = await hass_client()
    answer = await client.post(
        f"/api/config/config_entries/flow/{form['flow_id']}",
        json=_user_input("reauth", NEW_KEY, simulator.url),
    )
    shown = await answer.json()
    assert shown["errors"] == {"base": "cannot_connect"}
    assert shown["data_schema"][0]["selector"]["text"]["type"] == "password"
    assert shown["data_schema"][0]["description"] == {"suggested_value": NEW_KEY}

    socket = await hass_ws_client()
    texts = []
    for kind in ("flow/progress", "get"):
        await socket.send_json_auto_id({"type": f"config_entries/{kind}"})
        texts.append(json.dumps(await socket.receive_json()))
    assert form["flow_id"] in texts[0]
    hass.config_entries.async_update_entry(entry, title="Another")
    await flush_store(hass.config_entries._store)
    texts += [json.dumps(hass_storage), caplog.text, repr(hass.states.async_all())]
    assert simulator.key in json.dumps(hass_storage)
    assert not [text for text in texts if NEW_KEY in text]


async def test_reconfigure_suggests_endpoint_of_entry(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that reconfigure suggests the current URL and not the current API key."""
    form = await _start_flow(hass, entry, "reconfigure")
    schema = form["data_schema"]
    assert schema is not None
    [advanced] = [value for key, value in schema.schema.items() if key == CONF_ADVANCED]
    assert advanced.schema({}) == {CONF_ENDPOINT: simulator.url}
    assert simulator.key not in repr(schema.schema)


@pytest.mark.platforms(Platform.SENSOR)
async def test_options_flow_applies_options(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that the form shows the current options and applies changes."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for is_wanted in (True, False):
        form = await hass.config_entries.options.async_init(entry.entry_id)
        assert form["type"] is FlowResultType.FORM
        schema = form["data_schema"]
        assert schema is not None
        suggested = {
            str(key): key.description.get("suggested_value")
            for key in schema.schema
            if key.description
        }
        before = entry.options.get(CONF_CODE_SENSORS)
        assert suggested.get(CONF_CODE_SENSORS) == before
        defaults = schema({})
        assert defaults == {
            CONF_CODE_SENSORS: False,
            CONF_WEBHOOK: True,
            CONF_PANEL: True,
            CONF_CHECK_IN: "15:00:00",
            CONF_CHECK_OUT: "11:00:00",
        }
        wanted = defaults | {CONF_CODE_SENSORS: is_wanted, CONF_WEBHOOK: False}
        result = await hass.config_entries.options.async_configure(
            form["flow_id"], wanted
        )
        await hass.async_block_till_done()
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options == wanted
        has_sensors = hass.states.get("sensor.front_door_cleaner") is not None
        assert has_sensors is is_wanted
