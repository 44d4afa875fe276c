"""Throw-away authorities and certificates of every kind that a device must refuse, by openssl."""
import pathlib, subprocess

HOST = "IP:10.0.2.100,DNS:localhost"
P256 = ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]
P384 = ["ecparam", "-name", "secp384r1", "-genkey", "-noout"]
AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"


def server(names=HOST, extra=""):
    return f"basicConstraints=critical,CA:FALSE\nsubjectAltName={names}\n{extra}"


class Certificates:
    """Makes them in a folder; each is a name with NAME.pem, NAME.key, and NAME.chain for what a server shows."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def make(self, name, issuer, extensions, subject=None, key=P256, days=("-days", "30"), above=(), digest="-sha256"):
        self.openssl(*key, "-out", f"{name}.key")
        self.openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={subject or name}", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(extensions)
        signer = ["-signkey", f"{name}.key"] if issuer is None else ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial"]
        self.openssl("x509", "-req", "-in", f"{name}.csr", *signer, digest, *days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        chain = "".join((self.folder / f"{each}.pem").read_text() for each in (name, *above))
        (self.folder / f"{name}.chain").write_text(chain)
        return name

    def dated(self, name, start, end):
        """A server's certificate of the root with these dates, which only `openssl ca` can give."""
        self.openssl(*P256, "-out", f"{name}.key")
        self.openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(server())
        (self.folder / f"{name}.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={name}.db\nserial={name}.serial\nnew_certs_dir=.\n"
            "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
        )
        (self.folder / f"{name}.db").touch()
        (self.folder / f"{name}.serial").write_text("01")
        self.openssl(
            "ca", "-batch", "-notext", "-config", f"{name}.cnf", "-in", f"{name}.csr", "-cert", "root.pem",
            "-keyfile", "root.key", "-startdate", start, "-enddate", end, "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )
        (self.folder / f"{name}.chain").write_text((self.folder / f"{name}.pem").read_text())
        return name

    def tampered(self, name, of):
        """A copy whose signature is wrong in its last byte."""
        self.openssl("x509", "-in", f"{of}.pem", "-outform", "der", "-out", f"{name}.der")
        der = bytearray((self.folder / f"{name}.der").read_bytes())
        der[-1] ^= 1
        (self.folder / f"{name}.der").write_bytes(der)
        self.openssl("x509", "-in", f"{name}.der", "-inform", "der", "-out", f"{name}.chain")
        (self.folder / f"{name}.key").write_bytes((self.folder / f"{of}.key").read_bytes())
        return name

    def all(self):
        self.make("root", None, AUTHORITY, "throw-away root")
        self.make("root-p384", None, AUTHORITY, "throw-away P-384 root", key=P384, digest="-sha384")
        self.make("other-root", None, AUTHORITY, "throw-away root")
        self.make("between", "root", AUTHORITY)
        self.make("between-p384", "root-p384", AUTHORITY, key=P384, digest="-sha384")
        for root, anchor in [("root", "anchor"), ("between", "between"), ("root-p384", "root-p384")]:
            self.openssl("x509", "-in", f"{root}.pem", "-outform", "der", "-out", f"{anchor}.der")
        self.make("good", "root", server())
        self.make("good-path", "between", server(), above=["between"])
        self.make("under-p384", "root-p384", server(), digest="-sha384")
        self.make("path-p384", "between-p384", server(), key=P384, digest="-sha384", above=["between-p384"])
        self.make("other-authority", "other-root", server())
        self.make("wrong-name", "root", server("DNS:other.test"))
        self.dated("expired", "20200101000000Z", "20210101000000Z")
        self.dated("not-yet-valid", "20400101000000Z", "20410101000000Z")
        self.make("leaf-that-signs", "good", server(), above=["good"])
        self.make("self-signed", None, server())
        self.make("stranger", None, server("IP:10.0.2.102"))
        self.make("rsa", "root", server(), key=["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        self.make("rsa-root", None, AUTHORITY, key=["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        self.make("missing-intermediate", "between", server())
        self.make("wrong-usage", "root", server(extra="keyUsage=critical,keyEncipherment\n"))
        self.make("not-a-server", "root", server(extra="extendedKeyUsage=clientAuth\n"))
        self.tampered("tampered", "good")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
