//! The protocol, generated from `proto/`.

#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::enum_variant_names,
    reason = "generated"
)]
mod generated {
    pub mod event_store {
        pub mod client {
            tonic::include_proto!("event_store.client");

            pub mod gossip {
                tonic::include_proto!("event_store.client.gossip");
            }
            pub mod server_features {
                tonic::include_proto!("event_store.client.server_features");
            }
            pub mod streams {
                tonic::include_proto!("event_store.client.streams");
            }
        }
    }
}

pub(crate) use generated::event_store::client::*;
