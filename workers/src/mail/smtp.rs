//! Handing messages to a mail server by SMTP submission (RFC 6409).
//!
//! The mail library's own client reports a refusal without saying what was refused, and its asynchronous
//! reads wait for ever. Whether a mail is given up hangs on the first, whether the queue moves on the second,
//! so the dialogue is led here, step by step and each with a time limit.

use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout};

use super::message::OutgoingMail;
use super::smtp_config::{SmtpConfig, SmtpConfigError, SmtpSecurity};
use super::transport::{MailTransport, SendError, SendFailure, Stage};

/// At most this many connections at a time; servers refuse a sender that opens many.
const CONNECTIONS: usize = 4;
/// An idle connection is closed after this; servers hang up after some minutes.
const IDLE: Duration = Duration::from_secs(30);

/// Sends by SMTP over a few connections that are kept and used again.
pub struct SmtpTransport {
    host: String,
    port: u16,
    security: SmtpSecurity,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    step: Duration,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    permits: Semaphore,
}

impl std::fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SmtpTransport({})", self.describe())
    }
}

impl SmtpTransport {
    /// Reads the certificate file; connects to nothing yet.
    ///
    /// # Errors
    /// What is wrong with `config`.
    pub fn new(config: &SmtpConfig) -> Result<Self, SmtpConfigError> {
        config.check()?;
        let credentials = config.username.clone().zip(config.password.as_ref());
        Ok(Self {
            host: config.host.clone(),
            port: config.port(),
            security: config.security,
            tls: config.tls()?,
            credentials: credentials
                .map(|(name, password)| Credentials::new(name, password.as_str().to_owned())),
            hello: config.helo_name.clone().map_or_else(ClientId::default, ClientId::Domain),
            step: Duration::from_secs(config.timeout_seconds),
            idle: Mutex::new(Vec::new()),
            permits: Semaphore::new(CONNECTIONS),
        })
    }

    /// Waits for one step; whatever goes wrong in it is tried again later unless [`is_final`] says otherwise.
    async fn step<T>(
        &self,
        stage: Stage,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        match timeout(self.step, work).await {
            Ok(done) => done.map_err(|error| failed(stage, error)),
            Err(_) => Err(SendError::Temporary(SendFailure::Timeout(stage))),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let wrapped = self.tls.clone().filter(|_| self.security == SmtpSecurity::Tls);
        let server = (self.host.as_str(), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.step), &self.hello, wrapped, None);
        let mut connection = self.step(Stage::Connect, connecting).await?;
        if let (SmtpSecurity::StartTls, Some(tls)) = (self.security, &self.tls) {
            if !connection.can_starttls() {
                return Err(SendError::Temporary(SendFailure::NotOffered(Stage::StartTls)));
            }
            self.step(Stage::StartTls, connection.starttls(tls.clone(), &self.hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
            if connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
                return Err(SendError::Temporary(SendFailure::NotOffered(Stage::Authenticate)));
            }
            self.step(Stage::Authenticate, connection.auth(&MECHANISMS, credentials)).await?;
        }
        Ok(connection)
    }

    /// A kept connection that still answers, or a new one. While it is out it belongs to the caller alone:
    /// a caller that is cancelled drops it, so no one else gets a dialogue broken off in the middle.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendError> {
        loop {
            let Some((mut connection, since)) = self.idle.lock().await.pop() else {
                return self.connect().await;
            };
            let fresh = since.elapsed() < IDLE;
            if fresh && timeout(self.step, connection.test_connected()).await.unwrap_or(false) {
                return Ok(connection);
            }
        }
    }

    async fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().await;
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.push((connection, Instant::now()));
    }

    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &OutgoingMail,
    ) -> Result<(), SendError> {
        let (envelope, message) = (mail.envelope(), mail.formatted());
        let mut options = vec![];
        let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !envelope.from().into_iter().chain(envelope.to()).all(plain) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(SendError::Temporary(SendFailure::NotOffered(Stage::Recipient)));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let sender = Mail::new(envelope.from().cloned(), options);
        self.step(Stage::Sender, connection.command(sender)).await?;
        for recipient in envelope.to() {
            let recipient = Rcpt::new(recipient.clone(), vec![]);
            self.step(Stage::Recipient, connection.command(recipient)).await?;
        }
        self.step(Stage::Content, connection.command(Data)).await?;
        self.step(Stage::Content, connection.message(&message)).await?;
        Ok(())
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, SendError> {
        self.permits.acquire().await.map_err(|_| SendError::Temporary(SendFailure::Closed))
    }
}

#[async_trait::async_trait]
impl MailTransport for SmtpTransport {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError> {
        let _permit = self.permit().await?;
        let mut connection = self.connection().await?;
        let delivered = self.deliver(&mut connection, mail).await;
        if delivered.is_ok() {
            self.keep(connection).await;
        } else {
            // A polite QUIT, if the server still listens; the outcome stands either way.
            let _ = timeout(Duration::from_secs(1), connection.abort()).await;
        }
        delivered
    }

    fn describe(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    async fn check(&self) -> Result<(), SendError> {
        let _permit = self.permit().await?;
        let connection = self.connection().await?;
        self.keep(connection).await;
        Ok(())
    }
}

/// Sorts a failed step. The server's words are read for the status code and then dropped: they may repeat
/// the recipient.
fn failed(stage: Stage, error: Error) -> SendError {
    let Some(code) = error.status().map(u16::from) else {
        return SendError::Temporary(if error.is_response() {
            SendFailure::Answer(stage)
        } else if error.is_client() {
            SendFailure::NotOffered(stage)
        } else {
            SendFailure::Connection { stage, source: error }
        });
    };
    let words = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let status = enhanced_status(&words);
    let failure = SendFailure::Refused { stage, code, status };
    if is_final(stage, code, status) { SendError::Permanent(failure) } else { SendError::Temporary(failure) }
}

/// Whether a refusal is about this mailbox, so that it will be the same for ever. Anything that an operator
/// can put right is not: credentials, the sender's address, relaying, a confused server, and a refused
/// message too, because SPF, DKIM, DMARC or a filter are behind that. The mail waits until it is put right.
fn is_final(stage: Stage, code: u16, status: Option<[u16; 3]>) -> bool {
    // 500-504: the dialogue; 521: the server takes no mail at all; 530-538: signing in (RFC 4954).
    let about_us = matches!(code, 500..=504 | 521 | 530..=538);
    // RFC 3463: X.1.7 and X.1.8 the sender, X.3 the server, X.4 the network, X.5 the dialogue, X.7 policy,
    // relaying above all.
    let about_us = about_us || matches!(status, Some([_, 1, 7 | 8] | [_, 3..=5 | 7, _]));
    stage == Stage::Recipient && (500..600).contains(&code) && !about_us
}

/// `5.1.1` at the start of a reply (RFC 2034, section 4).
fn enhanced_status(words: &str) -> Option<[u16; 3]> {
    let mut parts = words.split_whitespace().next()?.split('.').map(str::parse);
    let status = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    (parts.next().is_none() && matches!(status[0], 4 | 5)).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::mail;
    use super::super::stub_server::{Answer, StubServer};
    use super::*;

    fn transport(server: &StubServer, more: &str) -> SmtpTransport {
        let port = server.port();
        let config =
            format!("host = '127.0.0.1'\nport = {port}\nsecurity = 'none'\ntimeout_seconds = 1\n{more}");
        SmtpTransport::new(&toml::from_str(&config).unwrap()).unwrap()
    }

    /// One try against a server that answers like this; whether it failed for good, and the failure.
    async fn failure(answer: Answer) -> (bool, SendFailure) {
        let server = StubServer::start([answer]).await;
        match transport(&server, "").send(&mail(7)).await.unwrap_err() {
            SendError::Temporary(failure) => (false, failure),
            SendError::Permanent(failure) => (true, failure),
        }
    }

    async fn is_permanent(answer: Answer) -> bool {
        failure(answer).await.0
    }

    #[tokio::test]
    async fn a_message_is_handed_over_as_composed() {
        let server = StubServer::start([Answer::Accept]).await;
        transport(&server, "").send(&mail(7)).await.unwrap();
        let seen = server.messages();
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].trim_end(), String::from_utf8(mail(7).formatted()).unwrap().trim_end());
    }

    #[tokio::test]
    async fn only_the_mailbox_is_refused_for_good() {
        use Answer::{Content, Recipient, Sender};
        for answer in [
            Recipient("550 5.1.1 <ada@example.com>: unknown"),
            Recipient("550 no such user"),
            Recipient("553 bad mailbox name"),
            Recipient("556 5.1.10 null MX"),
        ] {
            assert!(is_permanent(answer).await, "{answer:?}");
        }
        for answer in [
            Sender("550 5.1.8 sender unknown"),
            Sender("530 5.7.0 sign in first"),
            Sender("451 busy"),
            Recipient("451 4.7.1 greylisted"),
            Recipient("450 mailbox busy"),
            Recipient("554 5.7.1 relay access denied"),
            Recipient("530 sign in first"),
            Recipient("503 what?"),
            Content("451 disk full"),
            Content("550 no"),
            Content("550 5.7.26 fails DMARC"),
            Content("554 5.7.1 looks like spam"),
            Content("554 5.3.0 server broken"),
            Content("421 going down"),
        ] {
            assert!(!is_permanent(answer).await, "{answer:?}");
        }
    }

    #[tokio::test]
    async fn broken_and_silent_servers_are_tried_again() {
        for answer in [
            Answer::DropBeforeGreeting,
            Answer::Greeting("554 no service here"),
            Answer::DropAtSender,
            Answer::DropAfterContent,
            Answer::SilentAfterContent,
            Answer::Sender("hello"),
        ] {
            assert!(!is_permanent(answer).await, "{answer:?}");
        }
        let (_, timed_out) = failure(Answer::SilentAfterContent).await;
        assert!(matches!(timed_out, SendFailure::Timeout(Stage::Content)));

        let server = StubServer::start([]).await;
        let transport = transport(&server, "");
        drop(server);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!transport.send(&mail(7)).await.unwrap_err().is_permanent());
        assert!(transport.check().await.is_err());
    }

    #[tokio::test]
    async fn a_retry_carries_the_same_message() {
        let server =
            StubServer::start([Answer::DropAfterContent, Answer::Content("451 try later"), Answer::Accept])
                .await;
        let transport = transport(&server, "");
        assert!(transport.send(&mail(7)).await.is_err());
        assert!(transport.send(&mail(7)).await.is_err());
        transport.send(&mail(7)).await.unwrap();
        let seen = server.messages();
        assert_eq!(seen.len(), 3);
        let id = format!("Message-ID: {}\r\n", mail(7).message_id());
        assert!(seen.iter().all(|message| *message == seen[0] && message.contains(&id)));
    }

    #[tokio::test]
    async fn a_connection_is_used_again_and_replaced_when_it_broke() {
        let server = StubServer::start([Answer::Accept, Answer::AcceptThenDrop, Answer::Accept]).await;
        let transport = transport(&server, "");
        for number in 1..=3 {
            transport.send(&mail(number)).await.unwrap();
        }
        assert_eq!((server.messages().len(), server.connections()), (3, 2));
        transport.check().await.unwrap();
        assert_eq!(server.connections(), 2);
    }

    #[tokio::test]
    async fn refusals_hold_no_address() {
        let server = StubServer::start([Answer::Recipient("550 5.1.1 <ada@example.com>: unknown")]).await;
        let error = transport(&server, "").send(&mail(7)).await.unwrap_err();
        let mut said = format!("{error:?} {error}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            said.push_str(&cause.to_string());
            source = cause.source();
        }
        assert!(!said.contains("ada") && said.contains("answered 550 (5.1.1) to RCPT TO"), "{said}");

        let (_, garbled) = failure(Answer::Recipient("<ada@example.com> what")).await;
        assert!(!format!("{garbled:?} {garbled}").contains("ada"));
    }

    #[tokio::test]
    async fn the_server_is_greeted_by_the_configured_name() {
        let server = StubServer::start([Answer::Accept]).await;
        transport(&server, "helo_name = 'accounts.example.com'").send(&mail(7)).await.unwrap();
        assert!(server.heard().starts_with("EHLO accounts.example.com\r\n"), "{}", server.heard());
    }

    #[tokio::test]
    async fn what_is_required_is_not_done_without() {
        let server = StubServer::start([Answer::Accept]).await;
        let credentials = "username = 'mailer'\npassword = 'hunter2'";
        let refused = transport(&server, credentials).send(&mail(7)).await.unwrap_err();
        assert!(matches!(refused, SendError::Temporary(SendFailure::NotOffered(Stage::Authenticate))));

        let config = format!("host = '127.0.0.1'\nport = {}\n{credentials}", server.port());
        let starttls = SmtpTransport::new(&toml::from_str(&config).unwrap()).unwrap();
        let refused = starttls.send(&mail(7)).await.unwrap_err();
        assert!(matches!(refused, SendError::Temporary(SendFailure::NotOffered(Stage::StartTls))));
        assert!(server.messages().is_empty());
        assert!(!server.heard().contains("AUTH"), "no credentials before TLS");
        assert!(!format!("{starttls:?}").contains("hunter2"));
        assert_eq!(starttls.describe(), format!("127.0.0.1:{}", server.port()));
    }
}
