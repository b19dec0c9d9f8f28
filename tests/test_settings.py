import pytest
from pydantic import ValidationError

from vekst.push import SenderKey
from vekst.settings import Mode, Settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKST_MODE", "development")
    monkeypatch.setenv("VEKST_PORT", "9000")
    settings = Settings(_env_file=None)
    assert (settings.mode, settings.port, settings.development) == (Mode.DEVELOPMENT, 9000, True)


def test_without_a_word_the_mode_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEKST_MODE", raising=False)
    assert Settings(_env_file=None).mode is Mode.PRODUCTION


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VEKST_DATABASE_URL", "mysql://someone:geheim@localhost/x"),
        ("VEKST_REDIS_URL", "http://someone:geheim@localhost"),
        ("VEKST_PORT", "geheim"),
        ("VEKST_PUSH_PRIVATE_KEY", "geheim"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_printed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as raised:
        Settings(_env_file=None)
    told = str(raised.value)
    assert name.removeprefix("VEKST_").lower() in told.lower()
    assert "geheim" not in told


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKST_DATABASE_URL", "postgresql://vekst:geheim@localhost/vekst")
    assert "geheim" not in repr(Settings(_env_file=None))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("VEKST_CORS_ORIGINS", "https://a.example.com, *", "'*' is no origin"),
        ("VEKST_CORS_ORIGINS", "https://a.example.com/path", "is no origin"),
        ("VEKST_TRUSTED_PROXIES", "10.0.0.0/8, everyone", "'everyone' is neither"),
        ("VEKST_TRUSTED_PROXIES", "*", "is neither"),
        ("VEKST_TRACES_ENDPOINT", "collector:4318", "must begin with http"),
        ("VEKST_TRACES_ENDPOINT", "https://us:geheim@collector:4318", "can't hold a user or a password"),
        ("VEKST_ISSUER", "https://us:geheim@sign-in.example.com", "can't hold a user or a password"),
    ],
)
def test_whom_to_believe_is_named_exactly(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name) as raised:
        Settings(_env_file=None)
    assert told in str(raised.value)
    assert "geheim" not in str(raised.value)


def test_who_sends_pushes_says_whom_to_ask_about_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKST_PUSH_PRIVATE_KEY", key := SenderKey.new().private)
    with pytest.raises(ValidationError, match="VEKST_PUSH_CONTACT must begin with"):
        Settings(_env_file=None)
    monkeypatch.setenv("VEKST_PUSH_CONTACT", "mailto:us@example.com")
    settings = Settings(_env_file=None)
    assert settings.push_private_key.get_secret_value() == key
    assert key not in repr(settings)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKST_TRUSTED_PROXIES", "10.0.0.1 , fd00::/8,")
    assert Settings(_env_file=None).proxies == ("10.0.0.1", "fd00::/8")
