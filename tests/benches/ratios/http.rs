//! A lean HTTP/1.1 client: requests as ready bytes on one kept connection. It shares the cores with the server, so
//! what it costs is taken from what is measured.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// A kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Box<[u8; 16 * 1024]>,
}

/// Status and body.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Box::new([0; 16 * 1024]) }
    }

    pub(crate) fn send(&mut self, request: &[u8]) {
        self.stream.write_all(request).unwrap();
    }

    /// The answer to the one request that is under way.
    pub(crate) fn receive(&mut self) -> Answer<'_> {
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).unwrap();
            assert_ne!(read, 0, "the server closed a connection");
            filled += read;
            if let Some((status, body, end)) = head(&self.buffer[..filled])
                && filled >= end
            {
                return Answer { status, body: &self.buffer[body..end] };
            }
        }
    }

    pub(crate) fn exchange(&mut self, request: &[u8]) -> Answer<'_> {
        self.send(request);
        self.receive()
    }
}

/// Status, and where the body begins and ends, once the head is complete.
fn head(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let body = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..body]).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    Some((status, body, body + length.unwrap_or(0)))
}

/// The bytes of a request with a JSON body.
pub(crate) fn post(path: &str, bearer: Option<&str>, body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    let bearer = bearer.map_or(String::new(), |token| format!("authorization: Bearer {token}\r\n"));
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: ratios/1\r\n{bearer}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
