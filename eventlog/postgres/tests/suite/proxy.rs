//! A network between the log and its server that can be told to fail at a chosen moment.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What happens to the next message with which a client commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    None,
    /// It reaches the server, the answer is lost and the connection cut.
    SwallowAnswer,
    /// It is lost and the connection cut.
    SwallowCommit,
    /// It is held back while the connection seems cut to the client, and reaches the server a moment later.
    DelayCommit,
    /// It reaches the server, and nothing ever comes back: the connection falls silent.
    Silence,
}

#[derive(Clone)]
pub struct Proxy {
    pub address: SocketAddr,
    fault: Arc<AtomicU8>,
    struck: Arc<AtomicUsize>,
}

impl Proxy {
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Self { address, fault: Arc::default(), struck: Arc::default() };
        let accepting = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if let Ok(server) = TcpStream::connect(server).await {
                    tokio::spawn(accepting.clone().connect(client, server));
                }
            }
        });
        proxy
    }

    /// Strikes once, at the next message that commits.
    pub fn arm(&self, fault: Fault) {
        self.fault.store(fault as u8, Ordering::SeqCst);
    }

    /// How many times a fault struck.
    pub fn struck(&self) -> usize {
        self.struck.load(Ordering::SeqCst)
    }

    fn strike(&self) -> Fault {
        let fault = match self.fault.swap(0, Ordering::SeqCst) {
            1 => Fault::SwallowAnswer,
            2 => Fault::SwallowCommit,
            3 => Fault::DelayCommit,
            4 => Fault::Silence,
            _ => return Fault::None,
        };
        self.struck.fetch_add(1, Ordering::SeqCst);
        fault
    }

    async fn connect(self, client: TcpStream, server: TcpStream) {
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let muted = Arc::new(AtomicBool::new(false));
        let mute = muted.clone();
        let answers = tokio::spawn(async move {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                if !muted.load(Ordering::SeqCst) && to_client.write_all(&buffer[..length]).await.is_err() {
                    break;
                }
            }
            if muted.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
        });
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            let sent = &buffer[..length];
            if !commits(sent) {
                if to_server.write_all(sent).await.is_err() {
                    break;
                }
                continue;
            }
            match self.strike() {
                Fault::None => {
                    if to_server.write_all(sent).await.is_err() {
                        break;
                    }
                }
                Fault::SwallowAnswer => {
                    mute.store(true, Ordering::SeqCst);
                    to_server.write_all(sent).await.unwrap();
                    // Long enough for the server to commit before it notices.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    break;
                }
                Fault::SwallowCommit => break,
                Fault::DelayCommit => {
                    answers.abort();
                    // The client's side is closed, the server's is not.
                    drop(from_client);
                    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
                    to_server.write_all(sent).await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    return;
                }
                Fault::Silence => {
                    mute.store(true, Ordering::SeqCst);
                    to_server.write_all(sent).await.unwrap();
                    std::future::pending::<()>().await;
                }
            }
        }
        answers.abort();
    }
}

/// A `COMMIT`, or the arguments of `append_group`, which no other statement has as many of.
fn commits(sent: &[u8]) -> bool {
    const ARGUMENTS: [u8; 2] = [0, 17];
    if !sent.starts_with(b"B") {
        return sent.starts_with(b"Q") && sent.ends_with(b"COMMIT\0");
    }
    // Its length, the portal without a name, the name of the statement, one format for all arguments, their number.
    let statement = sent.get(6..).unwrap_or_default();
    let end = statement.iter().position(|byte| *byte == 0).unwrap_or(statement.len());
    statement.get(end + 5..end + 7) == Some(&ARGUMENTS)
}
