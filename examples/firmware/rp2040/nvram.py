#!/usr/bin/env python3
"""Writes target/nvram.bin, the board data of a Pico W's radio.

cyw43 0.7 wants it as a file and no crate has it as one; cyw43 0.3.0 had it in its source, from where it is taken.
"""
import pathlib, re, subprocess, tempfile

here = pathlib.Path(__file__).resolve().parent
with tempfile.TemporaryDirectory() as folder:
    crate = pathlib.Path(folder)
    (crate / "lib.rs").touch()
    (crate / "Cargo.toml").write_text(
        '[package]\nname = "nvram"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "lib.rs"\n'
        '[dependencies]\ncyw43 = "=0.3.0"\n[workspace]\n'
    )
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--quiet"],
        cwd=crate, check=True, capture_output=True, text=True,
    ).stdout
    manifest = re.search(r'"manifest_path":"([^"]*cyw43-0\.3\.0[^"]*)Cargo\.toml"', metadata).group(1)
    source = (pathlib.Path(manifest) / "src/nvram.rs").read_text()

text = re.sub(r"\\\n\s*", "", source[source.index('b"') + 2 : source.rindex('"')]).lstrip()
out = here / "target" / "nvram.bin"
out.parent.mkdir(exist_ok=True)
out.write_bytes(text.encode().decode("unicode_escape").encode("latin1"))
