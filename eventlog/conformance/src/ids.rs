//! Event ids over all streams, for stores that index them.

use crate::{Factory, kit::*};
use watchbook_domain::CommandId;
use watchbook_eventlog::{Expected, LogError, Version};

/// An event id names one event of the whole log.
pub async fn an_event_id_taken_elsewhere_is_corrupt(factory: &impl Factory) {
    let log = factory.create().await.log;
    let (here, there) = (stream(), stream());
    let command = CommandId(id());
    log.append(&here, Expected::NoStream, events(command, 1)).await.unwrap();
    let answer = log.append(&there, Expected::NoStream, events(command, 1)).await;
    assert!(matches!(answer, Err(LogError::Corrupt(_))), "{answer:?}");
    assert!(whole(&*log, &there).await.is_empty());
    append(&*log, &there, Version::NONE, 1).await;
}
