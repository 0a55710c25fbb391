//! Handles the commands of the `ratios` benchmark with `cqrs-es` and `postgres-es`, set up as their documentation says:
//! their tables, their [`postgres_cqrs`], one pool of connections.
//!
//! Arguments are the database's URL, the connections, the streams and the commands in flight. Each line of the input is
//! a number of commands, answered with a line that says how many seconds they took.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use postgres_es::{PostgresCqrs, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;

/// Of postgres-es, without the example's rows.
const TABLES: &str = "CREATE TABLE IF NOT EXISTS events (
        aggregate_type text NOT NULL,
        aggregate_id text NOT NULL,
        sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL,
        event_version text NOT NULL,
        payload json NOT NULL,
        metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    )";

/// The state and the one event that the benchmark needs, in the words of Watchbook's `Source`.
#[derive(Default, Serialize, Deserialize)]
struct Source {
    refused: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum SourceEvent {
    Refused { count: u64, action: String, context: ClientContext },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ClientContext {
    address: String,
    user_agent: String,
    device: String,
    place: Option<String>,
}

impl DomainEvent for SourceEvent {
    fn event_type(&self) -> String {
        "attempt.refused".into()
    }

    fn event_version(&self) -> String {
        "1".into()
    }
}

impl Aggregate for Source {
    const TYPE: &'static str = "source";
    type Command = SourceEvent;
    type Event = SourceEvent;
    type Error = std::convert::Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: SourceEvent,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        sink.write(command, self).await;
        Ok(())
    }

    fn apply(&mut self, event: SourceEvent) {
        let SourceEvent::Refused { count, .. } = event;
        self.refused = count;
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, numbers @ ..] = arguments.as_slice() else {
        panic!("arguments: URL CONNECTIONS STREAMS IN_FLIGHT")
    };
    let numbers: Vec<usize> = numbers.iter().map(|number| number.parse().unwrap()).collect();
    let &[connections, streams, in_flight] = numbers.as_slice() else { panic!("three numbers") };
    let pool = PgPoolOptions::new()
        .max_connections(connections.try_into().unwrap())
        // All at once ask for a connection: the last may wait.
        .acquire_timeout(std::time::Duration::from_secs(600))
        .connect(url)
        .await
        .unwrap();
    sqlx::query(TABLES).execute(&pool).await.unwrap();
    let cqrs: Arc<PostgresCqrs<Source>> = Arc::new(postgres_cqrs(pool, vec![], ()));
    for line in std::io::stdin().lines() {
        let commands = line.unwrap().parse().unwrap();
        let began = Instant::now();
        execute(&cqrs, commands, streams, in_flight).await;
        println!("{}", began.elapsed().as_secs_f64());
    }
}

/// `commands` commands of one event each, on all streams in turn.
async fn execute(cqrs: &Arc<PostgresCqrs<Source>>, commands: usize, streams: usize, in_flight: usize) {
    let lanes = (0..in_flight).map(|lane| {
        let cqrs = cqrs.clone();
        tokio::spawn(async move {
            for n in (lane..commands).step_by(in_flight) {
                let stream = format!("5b0f1f0e6a7c4c1c9a6c-{}", n % streams);
                cqrs.execute_with_metadata(&stream, command(n), metadata()).await.unwrap();
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
}

fn command(n: usize) -> SourceEvent {
    SourceEvent::Refused {
        count: n as u64,
        action: "sign-in".into(),
        context: ClientContext {
            address: "203.0.113.57".into(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(),
            device: "Firefox on Linux".into(),
            place: Some("Lisbon, Portugal".into()),
        },
    }
}

/// Some of what Watchbook keeps beside an event.
fn metadata() -> HashMap<String, String> {
    HashMap::from([("correlation_id".into(), uuid::Uuid::new_v4().to_string())])
}
