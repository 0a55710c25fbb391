//! A node: the server on a port nobody knows, and in front of it a door that can be shut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
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
}

impl Node {
    pub(crate) async fn start(index: usize, shared: Arc<Shared>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behind = listener.local_addr().unwrap();
        let service = Service { shared, index };
        let router = Server::builder()
            .add_service(StreamsServer::new(service.clone()).max_decoding_message_size(LARGEST_MESSAGE))
            .add_service(GossipServer::new(service.clone()))
            .add_service(ServerFeaturesServer::new(service));
        let serving = router.serve_with_incoming(TcpListenerStream::new(listener));
        let server = tokio::spawn(async move { serving.await.unwrap() }).abort_handle();
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let node = Arc::new(Self {
            door: door.local_addr().unwrap(),
            behind,
            server,
            keeper: Mutex::default(),
            connections: Arc::default(),
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
        let (behind, connections) = (self.behind, self.connections.clone());
        let keeper = tokio::spawn(async move {
            while let Ok((client, _)) = door.accept().await {
                let mut connections = connections.lock().unwrap();
                while connections.try_join_next().is_some() {}
                connections.spawn(pass(client, behind, silent));
            }
        });
        *self.keeper.lock().unwrap() = Some(keeper.abort_handle());
    }
}

async fn pass(mut client: TcpStream, behind: SocketAddr, silent: bool) {
    if silent {
        std::future::pending::<()>().await;
    }
    if let Ok(mut server) = TcpStream::connect(behind).await {
        let _ = client.set_nodelay(true);
        let _ = server.set_nodelay(true);
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}
