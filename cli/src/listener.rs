//! Takes connections. The API limits the time of a request from its head on; here is what comes before.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a client may take for the head of a request, and how long a connection may lie idle before the next one.
/// Who sends a byte now and then holds a connection no longer.
pub(crate) const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// Until `stop`, then as long as requests in hand take.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    head_within: Duration,
    stop: CancellationToken,
) {
    let handle = Handle::<SocketAddr>::new();
    let mut server = axum_server::Server::<SocketAddr>::from_listener(listener)
        .handle(handle.clone())
        .first_request_timeout(head_within)
        .http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(head_within);
    let serving = server.serve(router.into_make_service_with_connect_info::<SocketAddr>());
    let stopping = async {
        stop.cancelled().await;
        handle.graceful_shutdown(None);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        served = serving => {
            if let Err(error) = served {
                tracing::error!(%error, "the listener ended");
            }
        }
        () = stopping => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    async fn served(head_within: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let slow = get(|| async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        });
        let router = Router::new().route("/slow", slow);
        (address, stop.clone(), tokio::spawn(serve(listener, router, head_within, stop)))
    }

    #[tokio::test]
    async fn who_never_ends_a_head_is_cut_off() {
        let (address, stop, ended) = served(Duration::from_millis(100)).await;
        for beginning in ["", "GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
            let mut connection = TcpStream::connect(address).await.unwrap();
            connection.write_all(beginning.as_bytes()).await.unwrap();
            let mut heard = Vec::new();
            // Ends because the server ends it; an answer that says why may come before.
            let _ = connection.read_to_end(&mut heard).await;
            assert!(!heard.starts_with(b"HTTP/1.1 200"), "{beginning:?}");
        }
        stop.cancel();
        ended.await.unwrap();
    }

    #[tokio::test]
    async fn a_request_in_hand_outlives_the_limit_and_the_stop() {
        let (address, stop, ended) = served(Duration::from_millis(100)).await;
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.cancel();
        let mut heard = Vec::new();
        connection.read_to_end(&mut heard).await.unwrap();
        assert!(heard.starts_with(b"HTTP/1.1 200") && heard.ends_with(b"done"));
        ended.await.unwrap();
    }
}
