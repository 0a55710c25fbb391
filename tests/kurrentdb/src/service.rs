//! The three services of a node.

#![expect(clippy::result_large_err, reason = "a status is what the server's traits return")]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::uuid::Uuid;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use crate::convert::{Pick, answer, event, invalid, place, proposed, text, wrong};
use crate::log::{Expected, Outcome, Proposed, Record};
use crate::wire::gossip::gossip_server::Gossip;
use crate::wire::gossip::{ClusterInfo, EndPoint, MemberInfo};
use crate::wire::server_features::SupportedMethods;
use crate::wire::server_features::server_features_server::ServerFeatures;
use crate::wire::streams::streams_server::Streams;
use crate::wire::streams::{
    AppendReq, AppendResp, Position, ReadReq, ReadResp, append_req, append_resp, read_req, read_resp,
};
use crate::wire::{Empty, Uuid as WireUuid, uuid};
use crate::{Fault, Shared};

/// Records that a subscription passes over between two checkpoints.
const CHECKPOINT: usize = 4;

/// Answers under way per read or subscription.
const WINDOW: usize = 16;

/// `VNodeState` of the gossip protocol.
const FOLLOWER: i32 = 6;
const LEADER: i32 = 8;

#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) shared: Arc<Shared>,
    pub(crate) index: usize,
}

type Answer = Result<ReadResp, Status>;

impl Service {
    fn check(&self, headers: &MetadataMap) -> Result<(), Status> {
        if let Some(value) = headers.get("authorization").and_then(|value| value.to_str().ok()) {
            *self.shared.authorization.lock().unwrap() = Some(value.to_owned());
        }
        if self.shared.deny.load(Ordering::SeqCst) {
            return Err(Status::permission_denied("Access Denied"));
        }
        let wants_leader = headers.get("requires-leader").is_some_and(|value| value == "true");
        if wants_leader && self.shared.leader.load(Ordering::SeqCst) != self.index {
            return Err(self.not_leader());
        }
        Ok(())
    }

    fn not_leader(&self) -> Status {
        let leader = self.shared.leader.load(Ordering::SeqCst);
        let port = self.shared.nodes.lock().unwrap()[leader].port();
        let mut headers = MetadataMap::new();
        headers.insert("exception", "not-leader".parse().unwrap());
        headers.insert("leader-endpoint-host", "127.0.0.1".parse().unwrap());
        headers.insert("leader-endpoint-port", port.to_string().parse().unwrap());
        Status::with_metadata(tonic::Code::NotFound, "Leader info available", headers)
    }

    /// Records of `$all` from where the request begins.
    fn read_all(
        &self,
        options: read_req::AllOptions,
        backwards: bool,
        pick: &Pick,
        count: u64,
    ) -> Result<Vec<ReadResp>, Status> {
        let log = self.shared.log.lock().unwrap();
        let from = match options.all_option {
            Some(read_req::all_options::AllOption::Position(position)) => {
                if position.commit_position != position.prepare_position {
                    return Err(invalid());
                }
                log.at(position.commit_position).ok_or_else(invalid)?
            }
            Some(read_req::all_options::AllOption::End(_)) => log.len(),
            _ => 0,
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let picked = |record: &&Arc<Record>| pick.takes(record);
        let answers = if backwards {
            log.records()[..from].iter().rev().filter(picked).take(count).map(event).collect()
        } else {
            log.records()[from..].iter().filter(picked).take(count).map(event).collect()
        };
        Ok(answers)
    }

    fn read_stream(&self, options: read_req::StreamOptions, backwards: bool, count: u64) -> Vec<ReadResp> {
        let name = options.stream_identifier.unwrap_or_default();
        let records = self.shared.log.lock().unwrap().stream(&text(&name));
        let Some(records) = records else {
            let missing = read_resp::StreamNotFound { stream_identifier: Some(name) };
            return vec![answer(read_resp::Content::StreamNotFound(missing))];
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let last = records.len() as u64 - 1;
        let revision = |revision: u64| usize::try_from(revision).unwrap_or(usize::MAX).min(records.len());
        let mut answers: Vec<ReadResp> = if backwards {
            let until = match options.revision_option {
                Some(read_req::stream_options::RevisionOption::Revision(at)) => revision(at + 1),
                Some(read_req::stream_options::RevisionOption::Start(_)) => 1,
                _ => records.len(),
            };
            records[..until].iter().rev().take(count).map(event).collect()
        } else {
            let from = match options.revision_option {
                Some(read_req::stream_options::RevisionOption::Revision(at)) => revision(at),
                Some(read_req::stream_options::RevisionOption::End(_)) => records.len(),
                _ => 0,
            };
            records[from..].iter().take(count).map(event).collect()
        };
        answers.push(answer(read_resp::Content::LastStreamPosition(last)));
        answers
    }

    fn subscribe(&self, options: read_req::AllOptions, pick: Pick) -> Result<mpsc::Receiver<Answer>, Status> {
        let mut at = {
            let log = self.shared.log.lock().unwrap();
            match options.all_option {
                Some(read_req::all_options::AllOption::Position(position)) => {
                    let at = log.at(position.commit_position).ok_or_else(invalid)?;
                    // After the position, where a read would begin at it.
                    at + usize::from(at < log.len())
                }
                Some(read_req::all_options::AllOption::End(_)) => log.len(),
                _ => 0,
            }
        };
        let mut length = self.shared.length.subscribe();
        let (sender, receiver) = mpsc::channel(WINDOW);
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let confirmation = read_resp::SubscriptionConfirmation { subscription_id: "stand-in".into() };
            let mut sent = sender.send(Ok(answer(read_resp::Content::Confirmation(confirmation)))).await;
            let (mut passed, mut caught_up) = (0, false);
            while sent.is_ok() {
                let record = shared.log.lock().unwrap().records().get(at).cloned();
                let Some(record) = record else {
                    if !std::mem::replace(&mut caught_up, true) {
                        sent = sender.send(Ok(answer(read_resp::Content::CaughtUp(Empty {})))).await;
                    }
                    tokio::select! {
                        changed = length.changed() => if changed.is_err() { return },
                        () = sender.closed() => return,
                    }
                    continue;
                };
                at += 1;
                passed += 1;
                if pick.takes(&record) {
                    sent = sender.send(Ok(event(&record))).await;
                }
                if passed >= CHECKPOINT && sent.is_ok() {
                    passed = 0;
                    sent = sender.send(Ok(answer(read_resp::Content::Checkpoint(place(&record))))).await;
                }
            }
        });
        Ok(receiver)
    }

    async fn write(
        &self,
        stream: String,
        expected: Expected,
        events: Vec<Proposed>,
    ) -> Result<Outcome, Status> {
        let shared = &self.shared;
        shared.appends.fetch_add(1, Ordering::SeqCst);
        let fault = shared.faults.lock().unwrap().pop_front();
        match fault {
            None => Ok(shared.write(&stream, expected, events)),
            Some(Fault::NotLeader) => Err(self.not_leader()),
            Some(Fault::ServerError) => Err(Status::unknown("the stand-in was told to fail")),
            Some(Fault::ElectBeforeWrite(node)) => {
                shared.leader.store(node, Ordering::SeqCst);
                Err(self.not_leader())
            }
            Some(Fault::CutBeforeWrite) => {
                shared.cut();
                std::future::pending().await
            }
            Some(Fault::CutAfterWrite) => {
                shared.write(&stream, expected, events);
                shared.cut();
                std::future::pending().await
            }
            Some(Fault::SwallowAnswer) => {
                shared.write(&stream, expected, events);
                std::future::pending().await
            }
            Some(Fault::ElectAfterWrite(node)) => {
                shared.write(&stream, expected, events);
                shared.leader.store(node, Ordering::SeqCst);
                shared.cut();
                std::future::pending().await
            }
            Some(Fault::WriteLate(millis)) => {
                let late = shared.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    late.write(&stream, expected, events);
                });
                shared.cut();
                std::future::pending().await
            }
        }
    }
}

#[tonic::async_trait]
impl Streams for Service {
    type ReadStream = ReceiverStream<Answer>;

    async fn read(&self, request: Request<ReadReq>) -> Result<Response<Self::ReadStream>, Status> {
        self.check(request.metadata())?;
        let options = request.into_inner().options.ok_or_else(invalid)?;
        let pick = Pick::of(options.filter_option);
        let backwards = options.read_direction == i32::from(read_req::Direction::Backwards);
        let answers = match (options.stream_option, options.count_option) {
            (
                Some(read_req::options::StreamOption::All(all)),
                Some(read_req::options::CountOption::Subscription(_)),
            ) => return Ok(Response::new(self.subscribe(all, pick)?.into())),
            (
                Some(read_req::options::StreamOption::All(all)),
                Some(read_req::options::CountOption::Count(count)),
            ) => self.read_all(all, backwards, &pick, count)?,
            (
                Some(read_req::options::StreamOption::Stream(stream)),
                Some(read_req::options::CountOption::Count(count)),
            ) => self.read_stream(stream, backwards, count),
            _ => return Err(Status::unimplemented("not in the stand-in")),
        };
        let (sender, receiver) = mpsc::channel(WINDOW);
        tokio::spawn(async move {
            for answer in answers {
                if sender.send(Ok(answer)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(receiver.into()))
    }

    async fn append(&self, request: Request<Streaming<AppendReq>>) -> Result<Response<AppendResp>, Status> {
        self.check(request.metadata())?;
        let mut messages = request.into_inner();
        let mut options = None;
        let mut events = Vec::new();
        while let Some(message) = messages.message().await? {
            match message.content {
                Some(append_req::Content::Options(given)) => options = Some(given),
                Some(append_req::Content::ProposedMessage(message)) => events.push(proposed(message)?),
                None => return Err(invalid()),
            }
        }
        let options = options.ok_or_else(invalid)?;
        let expectation = options.expected_stream_revision.ok_or_else(invalid)?;
        let expected = match expectation {
            append_req::options::ExpectedStreamRevision::Revision(at) => Expected::Revision(at),
            append_req::options::ExpectedStreamRevision::NoStream(_) => Expected::NoStream,
            append_req::options::ExpectedStreamRevision::Any(_) => Expected::Any,
            append_req::options::ExpectedStreamRevision::StreamExists(_) => Expected::Exists,
        };
        let stream = text(&options.stream_identifier.unwrap_or_default());
        let result = match self.write(stream, expected, events).await? {
            Outcome::Written { revision, position } => append_resp::Result::Success(append_resp::Success {
                current_revision_option: Some(append_resp::success::CurrentRevisionOption::CurrentRevision(
                    revision,
                )),
                position_option: Some(append_resp::success::PositionOption::Position(Position {
                    commit_position: position,
                    prepare_position: position,
                })),
            }),
            Outcome::Wrong { current } => append_resp::Result::WrongExpectedVersion(wrong(current, expected)),
        };
        Ok(Response::new(AppendResp { result: Some(result) }))
    }
}

#[tonic::async_trait]
impl Gossip for Service {
    async fn read(&self, request: Request<Empty>) -> Result<Response<ClusterInfo>, Status> {
        // Every node answers, whoever leads.
        drop(request);
        let leader = self.shared.leader.load(Ordering::SeqCst);
        let nodes = self.shared.nodes.lock().unwrap();
        let member = |(index, node): (usize, &Arc<crate::node::Node>)| MemberInfo {
            instance_id: Some(WireUuid { value: Some(uuid::Value::String(Uuid::nil().to_string())) }),
            time_stamp: 0,
            state: if index == leader { LEADER } else { FOLLOWER },
            is_alive: true,
            http_end_point: Some(EndPoint { address: "127.0.0.1".into(), port: node.port().into() }),
        };
        Ok(Response::new(ClusterInfo { members: nodes.iter().enumerate().map(member).collect() }))
    }
}

#[tonic::async_trait]
impl ServerFeatures for Service {
    async fn get_supported_methods(&self, _: Request<Empty>) -> Result<Response<SupportedMethods>, Status> {
        Ok(Response::new(SupportedMethods { event_store_server_version: "24.10.0".into() }))
    }
}
