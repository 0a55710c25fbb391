//! Hands messages to a real mail server (aiosmtpd) over STARTTLS and TLS, with a certificate authority made
//! for the occasion and with AUTH. Without `python3` with aiosmtpd, or without `openssl`, it is skipped and
//! says so; `WATCHBOOK_REQUIRE_SMTP=1` makes that a failure.

#![cfg(test)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use uuid::Uuid;
use watchbook_domain::notice::Notice;
use watchbook_domain::{Email, NotificationId, Timestamp};
use watchbook_workers::mail::{
    MailTransport, OutgoingMail, RenderContext, SendError, SendFailure, Sender, SmtpTransport, Stage, render,
};

/// Takes mail on a free port, prints the port, and stores what it takes as `<number>.eml`.
const SERVER: &str = r#"
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

folder, mode = sys.argv[1:3]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
taken = 0

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 <" + address + ">: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global taken
        taken += 1
        with open(f"{folder}/{taken}.eml", "wb") as file:
            file.write(envelope.original_content)
        return "250 taken"

def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"mailer" and data.password == b"correct horse"
    return AuthResult(success=right, handled=False)

def protocol():
    starttls = mode == "starttls"
    return SMTP(Handler(), hostname="localhost", authenticator=authenticate, auth_required=True,
                tls_context=context if starttls else None, require_starttls=starttls, auth_require_tls=starttls)

async def main():
    server = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"#;

/// Extensions for the authority and for the server's certificate, which is for `localhost` alone.
const OPENSSL: &str = "
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:localhost
extendedKeyUsage = serverAuth
";

struct Server {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether the tools are there; says so when they are not.
fn available() -> bool {
    let missing = if !works("python3", &["-c", "import aiosmtpd"]) {
        "python3 with aiosmtpd is not installed"
    } else if !works("openssl", &["version"]) {
        "openssl is not installed"
    } else {
        return true;
    };
    let required = std::env::var("WATCHBOOK_REQUIRE_SMTP").is_ok_and(|value| value == "1");
    assert!(!required, "WATCHBOOK_REQUIRE_SMTP=1, but {missing}");
    #[expect(clippy::print_stderr, reason = "a skipped test has to be visible")]
    {
        eprintln!("skipped: {missing}");
    }
    false
}

fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("openssl.cnf"), OPENSSL).unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config openssl.cnf";
    for arguments in [
        format!(
            "req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority -extensions authority"
        ),
        format!("req {key} -keyout server.key -out server.csr -subj /CN=server"),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 2 -out server.pem \
         -extfile openssl.cnf -extensions server"
            .to_owned(),
    ] {
        let made =
            Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

impl Server {
    fn start(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_certificates(folder.path());
        let mut process = Command::new("python3")
            .args(["-W", "ignore", "-c", SERVER])
            .arg(folder.path())
            .arg(mode)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, folder, port }
    }

    /// A transport with these settings besides port and time limit.
    fn transport(&self, settings: &str) -> SmtpTransport {
        let text = format!("port = {}\ntimeout_seconds = 10\n{settings}", self.port);
        SmtpTransport::new(&toml::from_str(&text).unwrap()).unwrap()
    }

    fn trusting(&self, security: &str, host: &str, password: &str) -> SmtpTransport {
        let authority = self.folder.path().join("ca.pem");
        self.transport(&format!(
            "host = '{host}'\nsecurity = '{security}'\nusername = 'mailer'\npassword = '{password}'\n\
             ca_certificate_file = '{}'",
            authority.display()
        ))
    }

    fn taken(&self, number: u32) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(format!("{number}.eml"))).ok()
    }
}

fn mail(to: &str) -> OutgoingMail {
    let context = RenderContext {
        language: watchbook_words::Language::English,
        site_name: "Example Exchange",
        public_url: "https://example.com",
        action_link: Some("https://example.com/verify?token=abc"),
        link_expires_at: None,
    };
    let rendered = render(&Notice::VerifyEmail { hours: 24 }, &context).unwrap();
    let sender = Sender::new("Example Exchange", "no-reply@example.com").unwrap();
    let id = NotificationId(Uuid::from_u128(7));
    let date = Timestamp::from_micros(1_772_546_700_000_000);
    OutgoingMail::compose(&sender, id, &Email::parse(to).unwrap(), &rendered, date).unwrap()
}

fn temporary(outcome: Result<(), SendError>) -> SendFailure {
    match outcome.unwrap_err() {
        SendError::Temporary(failure) => failure,
        permanent @ SendError::Permanent(_) => panic!("given up: {permanent:?}"),
    }
}

async fn takes_mail(security: &str) {
    if !available() {
        return;
    }
    let server = Server::start(security);
    let transport = server.trusting(security, "localhost", "correct horse");
    transport.check().await.unwrap();
    transport.send(&mail("ada@example.com")).await.unwrap();
    transport.send(&mail("ada@example.com")).await.unwrap();
    let first = server.taken(1).unwrap();
    assert_eq!(first.trim_end(), String::from_utf8(mail("ada@example.com").formatted()).unwrap().trim_end());
    assert_eq!(server.taken(2).unwrap(), first);

    let refused = transport.send(&mail("nobody@example.com")).await.unwrap_err();
    assert!(refused.is_permanent());
    assert!(!format!("{refused:?}").contains("nobody@"));
    // The refusal cost that message only.
    transport.send(&mail("ada@example.com")).await.unwrap();
}

#[tokio::test]
async fn a_real_server_takes_mail_over_starttls() {
    takes_mail("starttls").await;
}

#[tokio::test]
async fn a_real_server_takes_mail_over_tls() {
    takes_mail("tls").await;
}

#[tokio::test]
async fn a_wrong_password_or_certificate_is_put_off_not_given_up() {
    if !available() {
        return;
    }
    let server = Server::start("starttls");
    let wrong = server.trusting("starttls", "localhost", "wrong");
    let failure = temporary(wrong.send(&mail("ada@example.com")).await);
    assert!(
        matches!(failure, SendFailure::Refused { stage: Stage::Authenticate, code: 535, .. }),
        "{failure:?}"
    );
    assert!(matches!(temporary(wrong.check().await), SendFailure::Refused { .. }));

    // The certificate is for another name.
    let misnamed = server.trusting("starttls", "127.0.0.1", "correct horse");
    let failure = temporary(misnamed.send(&mail("ada@example.com")).await);
    assert!(matches!(failure, SendFailure::Connection { stage: Stage::StartTls, .. }), "{failure:?}");

    // The authority is not one of the public ones.
    let untrusting = server.transport("host = 'localhost'");
    let failure = temporary(untrusting.send(&mail("ada@example.com")).await);
    assert!(matches!(failure, SendFailure::Connection { stage: Stage::StartTls, .. }), "{failure:?}");
    assert!(server.taken(1).is_none());
}
