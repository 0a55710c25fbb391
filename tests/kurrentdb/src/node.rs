//! A node: the server on a port nobody knows, and in front of it a door that can be shut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;

use crate::Shared;
use crate::service::Service;
use crate::wire::gossip::gossip_server::GossipServer;
use crate::wire::server_features::server_features_server::ServerFeaturesServer;
use crate::wire::streams::streams_server::StreamsServer;

/// More than any test appends at once.
const LARGEST_MESSAGE: usize = 64 << 20;

pub(crate) struct Node {
    /// Where clients connect.
    door: SocketAddr,
    behind: SocketAddr,
    server: AbortHandle,
    keeper: Mutex<Option<AbortHandle>>,
    connections: Arc<Mutex<JoinSet<()>>>,
    tls: Option<TlsAcceptor>,
}

impl Node {
    pub(crate) async fn start(index: usize, shared: Arc<Shared>, tls: Option<TlsAcceptor>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behind = listener.local_addr().unwrap();
        let service = Service { shared, index };
        let router = Server::builder()
            .add_service(StreamsServer::new(service.clone()).max_decoding_message_size(LARGEST_MESSAGE))
            .add_service(GossipServer::new(service.clone()))
            .add_service(ServerFeaturesServer::new(service));
        let incoming = TcpListenerStream::new(listener).map(|stream| {
            let stream = stream?;
            stream.set_nodelay(true)?;
            Ok::<_, std::io::Error>(stream)
        });
        let serving = router.serve_with_incoming(incoming);
        let server = tokio::spawn(async move { serving.await.unwrap() }).abort_handle();
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let node = Arc::new(Self {
            door: door.local_addr().unwrap(),
            behind,
            server,
            keeper: Mutex::default(),
            connections: Arc::default(),
            tls,
        });
        node.keep(door, false);
        node
    }

    pub(crate) fn port(&self) -> u16 {
        self.door.port()
    }

    pub(crate) fn cut(&self) {
        self.connections.lock().unwrap().abort_all();
    }

    pub(crate) fn refuse(&self) {
        if let Some(keeper) = self.keeper.lock().unwrap().take() {
            keeper.abort();
        }
        self.cut();
    }

    pub(crate) async fn accept(&self, silent: bool) {
        if self.keeper.lock().unwrap().is_some() {
            return;
        }
        // The old listener goes when its task is next polled.
        let door = loop {
            match TcpListener::bind(self.door).await {
                Ok(door) => break door,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            }
        };
        self.keep(door, silent);
    }

    pub(crate) fn stop(&self) {
        self.refuse();
        self.server.abort();
    }

    fn keep(&self, door: TcpListener, silent: bool) {
        let (behind, connections, tls) = (self.behind, self.connections.clone(), self.tls.clone());
        let keeper = tokio::spawn(async move {
            while let Ok((client, _)) = door.accept().await {
                let mut connections = connections.lock().unwrap();
                while connections.try_join_next().is_some() {}
                connections.spawn(pass(client, behind, silent, tls.clone()));
            }
        });
        *self.keeper.lock().unwrap() = Some(keeper.abort_handle());
    }
}

async fn pass(client: TcpStream, behind: SocketAddr, silent: bool, tls: Option<TlsAcceptor>) {
    if silent {
        std::future::pending::<()>().await;
    }
    let _ = client.set_nodelay(true);
    match tls {
        None => join(client, behind).await,
        Some(tls) => {
            if let Ok(client) = tls.accept(client).await {
                join(client, behind).await;
            }
        }
    }
}

async fn join(mut client: impl AsyncRead + AsyncWrite + Unpin, behind: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(behind).await {
        let _ = server.set_nodelay(true);
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

/// A certificate for the loopback address, and what speaks TLS with it.
pub(crate) fn certified() -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.unwrap().with_no_client_auth();
    let mut config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}
