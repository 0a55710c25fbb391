//! A mail server on a loopback port that misbehaves as told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How one message, or the connection for it, is met.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Accept,
    /// Takes the message and hangs up a moment later.
    AcceptThenDrop,
    DropBeforeGreeting,
    Greeting(&'static str),
    /// The reply to MAIL FROM.
    Sender(&'static str),
    /// The reply to RCPT TO.
    Recipient(&'static str),
    /// The reply to the message itself.
    Content(&'static str),
    DropAtSender,
    /// Takes the message but hangs up instead of saying so.
    DropAfterContent,
    SilentAfterContent,
}

#[derive(Default)]
struct Seen {
    answers: VecDeque<Answer>,
    connections: usize,
    messages: Vec<String>,
    heard: String,
}

pub(super) struct StubServer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
    listening: JoinHandle<()>,
}

impl Drop for StubServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl StubServer {
    /// Meets the messages one after the other with these answers, then accepts.
    pub(super) async fn start<const N: usize>(answers: [Answer; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen { answers: answers.into(), ..Seen::default() }));
        let shared = Arc::clone(&seen);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { port, seen, listening }
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Every message that was sent to the end, whatever the answer was.
    pub(super) fn messages(&self) -> Vec<String> {
        self.seen.lock().unwrap().messages.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// All commands, one a line.
    pub(super) fn heard(&self) -> String {
        self.seen.lock().unwrap().heard.clone()
    }
}

/// Ends, and with it the connection, when the client hangs up or the answer says so.
async fn serve(stream: TcpStream, seen: Arc<Mutex<Seen>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let first = seen.lock().unwrap().answers.front().copied();
    match first {
        Some(Answer::DropBeforeGreeting) => return None,
        Some(Answer::Greeting(reply)) => return say(&mut stream, reply).await,
        _ => say(&mut stream, "220 stub").await?,
    }
    let mut answer = Answer::Accept;
    loop {
        let line = hear(&mut stream).await?;
        seen.lock().unwrap().heard.push_str(&line);
        let verb = line.split([' ', '\r', ':']).next()?.to_ascii_uppercase();
        match (verb.as_str(), answer) {
            ("EHLO", _) => say(&mut stream, "250 stub").await?,
            ("MAIL", _) => {
                answer = seen.lock().unwrap().answers.pop_front().unwrap_or(Answer::Accept);
                match answer {
                    Answer::DropAtSender => return None,
                    Answer::Sender(reply) => say(&mut stream, reply).await?,
                    _ => say(&mut stream, "250 ok").await?,
                }
            }
            ("RCPT", Answer::Recipient(reply)) => say(&mut stream, reply).await?,
            ("DATA", _) => {
                say(&mut stream, "354 go on").await?;
                let message = content(&mut stream).await?;
                seen.lock().unwrap().messages.push(message);
                match answer {
                    Answer::DropAfterContent => return None,
                    Answer::SilentAfterContent => {
                        tokio::time::sleep(std::time::Duration::from_secs(60)).await
                    }
                    Answer::Content(reply) => say(&mut stream, reply).await?,
                    Answer::AcceptThenDrop => return say(&mut stream, "250 taken").await,
                    _ => say(&mut stream, "250 taken").await?,
                }
            }
            ("QUIT", _) => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, reply: &str) -> Option<()> {
    stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()
}

async fn hear(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    (stream.read_line(&mut line).await.ok()? > 0).then_some(line)
}

/// The message up to the lone dot, doubled dots undone (RFC 5321, 4.5.2).
async fn content(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut message = String::new();
    loop {
        let line = hear(stream).await?;
        if line == ".\r\n" {
            return Some(message);
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
