"""The demonstration's post office keeps each mail as it was sent."""

import smtplib
import subprocess
import sys
import time
from pathlib import Path

from kcc.launch.postgres import any_free_port


def test_a_mail_becomes_one_file_with_its_own_bytes(tmp_path: Path) -> None:
    port = any_free_port()
    command = [sys.executable, "-m", "kcc.launch.mail_sink", str(port), str(tmp_path / "mail")]
    with subprocess.Popen(command) as sink:
        deadline = time.monotonic() + 20
        while True:
            try:
                with smtplib.SMTP("127.0.0.1", port, timeout=5) as post:
                    post.sendmail(
                        "kcc@example.org",
                        ["afdeling@example.org"],
                        b"Subject: Taak\r\n\r\nEr is een taak.\r\n",
                    )
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        sink.terminate()
        assert sink.wait(10) == 0
    files = list((tmp_path / "mail").iterdir())
    assert [path.suffix for path in files] == [".eml"]
    assert b"Er is een taak." in files[0].read_bytes()
