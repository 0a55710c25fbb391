//! Compiles the protocol without a `protoc` program.

use std::error::Error;

const FILES: [&str; 4] = ["shared.proto", "streams.proto", "gossip.proto", "features.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    tonic_build::configure().build_client(false).bytes(["."]).compile_fds(descriptors)?;
    Ok(())
}
