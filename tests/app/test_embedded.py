"""The embedded servers, for true: a cluster and a broker of their own in a temporary folder."""

import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.embedded import binaries
from app.embedded.places import PostgresPlaces, ValkeyPlaces, socket_folder
from app.embedded.postgres import (
    PostgresInfo,
    _running_pid,
    _set_aside_what_cannot_serve,
    clone_database,
    ensure_postgres,
    is_used,
    make_database,
    stop_postgres,
)
from app.embedded.secrets import ensure_secrets, read_secrets, secrets_path
from app.embedded.valkey import ensure_valkey, stop_valkey


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresInfo]:
    """A cluster that ends with the module."""
    var_dir = tmp_path_factory.mktemp("installation") / "var"
    yield ensure_postgres(var_dir)
    remove_cluster(var_dir)


def remove_cluster(var_dir: Path) -> None:
    stop_postgres(var_dir)
    shutil.rmtree(PostgresPlaces.of(var_dir).base, ignore_errors=True)


def sign_in(cluster: PostgresInfo, login: str) -> psycopg.Connection:
    return psycopg.connect(cluster.dsn(login), autocommit=True)


def test_second_start_finds_the_same_server(cluster: PostgresInfo) -> None:
    before = _running_pid(cluster.places)
    again = ensure_postgres(cluster.places.var_dir)
    assert (again.secrets, _running_pid(cluster.places)) == (cluster.secrets, before)


def test_server_keeps_what_it_confirms_and_listens_to_no_address(cluster: PostgresInfo) -> None:
    with cluster.connect_as_superuser() as connection:
        query = "SELECT current_setting(name) FROM unnest(%s::text[]) AS names(name)"
        names = ["fsync", "synchronous_commit", "data_checksums", "listen_addresses"]
        values = [value for (value,) in connection.execute(query, [names])]
    assert values == ["on", "on", "on", ""]


@pytest.mark.parametrize("login", ["postgres", "relais_web", "relais_worker"])
def test_nobody_enters_without_their_password(cluster: PostgresInfo, login: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.places.dsn(login, "guess"))


def test_passwords_are_readable_by_their_owner_only(cluster: PostgresInfo) -> None:
    mode = secrets_path(cluster.places.var_dir).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_no_login_has_powers(cluster: PostgresInfo) -> None:
    with cluster.connect_as_superuser() as connection:
        strong = connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'relais%' AND"
            " (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)"
        ).fetchall()
    assert strong == []


@pytest.mark.parametrize("login", ["relais_web", "relais_worker", "relais_backup"])
def test_daily_logins_create_nothing(cluster: PostgresInfo, login: str) -> None:
    with sign_in(cluster, login) as connection:
        for statement in ("CREATE TABLE taken (id int)", "CREATE TEMP TABLE taken (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_migrations_act_as_owner_and_give_functions_to_the_definer(cluster: PostgresInfo) -> None:
    with sign_in(cluster, "relais_migrate") as connection:
        connection.execute("SET ROLE relais_owner")
        connection.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        connection.execute("ALTER FUNCTION one() OWNER TO relais_definer")
        owner = connection.execute(
            "SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'one'"
        ).fetchone()
        connection.execute("DROP FUNCTION one()")
    assert owner == ("relais_definer",)


def test_owner_has_none_of_the_definers_rights_by_default(cluster: PostgresInfo) -> None:
    with cluster.connect_as_superuser() as connection:
        pairs = "('relais_owner','relais_definer'),('relais_worker','relais_web')"
        found = connection.execute(
            f"SELECT pg_has_role(a, b, 'USAGE'), pg_has_role(a, b, 'SET') FROM (VALUES {pairs})"
            " AS pairs(a, b)".encode()
        ).fetchall()
    assert found == [(False, True), (False, True)]


def test_worker_may_act_as_web_and_web_not_as_worker(cluster: PostgresInfo) -> None:
    with sign_in(cluster, "relais_worker") as connection:
        connection.execute("SET ROLE relais_web")
    with (
        sign_in(cluster, "relais_web") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SET ROLE relais_worker")


def test_databases_are_made_and_cloned(cluster: PostgresInfo) -> None:
    make_database(cluster, "first")
    with cluster.connect_as_superuser("first") as connection:
        connection.execute("CREATE TABLE mark (id int)")
    clone_database(cluster, "second", "first")
    with cluster.connect_as_superuser("second") as connection:
        assert connection.execute("SELECT count(*) FROM mark").fetchone() == (0,)


def test_data_of_a_deleted_var_are_set_aside(tmp_path: Path) -> None:
    var_dir = tmp_path / "var"
    old = ensure_postgres(var_dir)
    secrets_path(var_dir).unlink()
    try:
        new = ensure_postgres(var_dir)
        assert new.secrets["postgres"] != old.secrets["postgres"]
        assert len(list(new.places.base.glob("data-*"))) == 1
    finally:
        remove_cluster(var_dir)


@pytest.mark.parametrize("is_made", [False, True], ids=["half made", "made, not set up"])
def test_a_first_start_that_is_stopped_starts_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_made: bool
) -> None:
    var_dir, run = tmp_path / "var", binaries.PostgresPrograms.run

    def stopped(programs: binaries.PostgresPrograms, program: str, *arguments: str) -> str:
        if is_made:
            run(programs, program, *arguments)
        else:
            (Path(arguments[-1]) / "base").mkdir(parents=True)
        raise KeyboardInterrupt

    try:
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(binaries.PostgresPrograms, "run", stopped)
            ensure_postgres(var_dir)
        info = ensure_postgres(var_dir)
        with sign_in(info, "relais_web") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert list(info.places.base.glob("*-*")) == [], "nothing half made, nothing set aside"
    finally:
        remove_cluster(var_dir)


def test_what_a_killed_start_left_beside_is_removed(tmp_path: Path) -> None:
    places = PostgresPlaces.of(tmp_path / "var")
    (places.base / "unfinished-killed" / "data").mkdir(parents=True)
    try:
        ensure_postgres(places.var_dir)
        assert list(places.base.glob("*-*")) == []
    finally:
        remove_cluster(places.var_dir)


def test_data_half_made_where_they_stand_are_set_aside(tmp_path: Path) -> None:
    places = PostgresPlaces.of(tmp_path / "var")
    ensure_secrets(places.var_dir)
    places.data.mkdir(parents=True)
    (places.data / "PG_VERSION").touch()
    try:
        ensure_postgres(places.var_dir)
        assert len(list(places.base.glob("data-*"))) == 1
    finally:
        remove_cluster(places.var_dir)


def test_data_that_were_ever_started_stay_where_they_are(tmp_path: Path) -> None:
    places = PostgresPlaces.of(tmp_path / "var")
    ensure_secrets(places.var_dir)
    places.data.mkdir(parents=True)
    for name in ("PG_VERSION", "postmaster.opts"):
        (places.data / name).touch()
    try:
        _set_aside_what_cannot_serve(places)
        assert {path.name for path in places.data.iterdir()} == {"PG_VERSION", "postmaster.opts"}
    finally:
        shutil.rmtree(places.base, ignore_errors=True)


def test_folders_of_the_user_stay_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    try:
        ensure_postgres(home / "var")
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    finally:
        remove_cluster(home / "var")


def test_programs_are_copied_where_the_account_cannot_read_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "service_account", lambda: (65534, 65534))
    monkeypatch.setattr(binaries, "_can_run", lambda *_: False)
    places = PostgresPlaces.of(tmp_path / "var")
    try:
        programs = binaries.postgres_programs(places)
        assert programs.folder.is_relative_to(places.base)
        assert binaries.PostgresPrograms(programs.folder, None).run("postgres", "--version")
    finally:
        shutil.rmtree(places.base, ignore_errors=True)


def test_socket_path_stays_short_in_a_deep_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30) / "var"
    assert len(str(socket_folder(deep) / ".s.PGSQL.5432.lock")) < 100


def test_secrets_are_kept_and_completed(tmp_path: Path) -> None:
    assert read_secrets(tmp_path) == {}
    first = ensure_secrets(tmp_path)
    second = ensure_secrets(tmp_path, "other")
    assert len(second) == len(first) + 1
    assert {name: second[name] for name in first} == first


def test_broker_starts_answers_and_stops(tmp_path: Path) -> None:
    info = ensure_valkey(tmp_path)
    assert ensure_valkey(tmp_path) == info
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(ValkeyPlaces.of(tmp_path).socket))
        link.sendall(b"CONFIG GET port\r\n")
        assert b"\r\n0\r\n" in link.recv(200)
    assert (stop_valkey(tmp_path), stop_valkey(tmp_path)) == (True, False)


def test_cluster_is_used_while_somebody_is_signed_in(cluster: PostgresInfo) -> None:
    with sign_in(cluster, "relais_web"):
        assert is_used(cluster.places.var_dir)
    assert not is_used(cluster.places.var_dir / "elsewhere")
