//! Conversion of reader messages for the screen.

use crate::input::follow::FollowState;
use crate::input::reader::{FileStatus, ReaderEvent};
use crate::text::sanitize::escape;
use crate::tui::app::{Msg, ReaderStatus};
use std::io;
use std::path::Path;

/// Message for the screen.
pub fn to_msg(news: &ReaderEvent) -> Option<Msg> {
    match news {
        ReaderEvent::Status(files) => Some(Msg::ReaderStatus(reading(files))),
        ReaderEvent::Event { path, event } => {
            let path = path.as_os_str().as_encoded_bytes().to_vec();
            Some(Msg::FileEvent(path, event.to_string()))
        }
        _ => None,
    }
}

/// Reader progress for the header.
fn reading(files: &[FileStatus]) -> ReaderStatus {
    let bytes = |path: &Path| path.as_os_str().as_encoded_bytes().to_vec();
    let name = match files {
        [] => Vec::new(),
        [file] => bytes(&file.path),
        [file, others @ ..] => {
            [&bytes(&file.path)[..], format!(" +{}", others.len()).as_bytes()].concat()
        }
    };
    let told = worst(files).map(|(file, words)| match files.len() {
        1 => words,
        _ => format!("{}: {words}", escape(&bytes(&file.path))),
    });
    let missing = |file: &FileStatus| matches!(file.state, FollowState::Waiting(why) if why.kind == io::ErrorKind::NotFound);
    ReaderStatus {
        name,
        state: told,
        missing: files.iter().all(missing),
        read: files.iter().map(|file| file.read).sum(),
        behind: files.iter().map(|file| file.behind).sum(),
        partial: files.iter().map(|file| file.partial).sum(),
        remaining: None,
    }
}

/// Status of the files: the worst of them, or that none is followed.
fn worst(files: &[FileStatus]) -> Option<(&FileStatus, String)> {
    let quiet =
        |file: &&FileStatus| matches!(file.state, FollowState::Following | FollowState::Ended);
    let busy = files.iter().find(|file| !quiet(file)).map(|file| (file, file.state.to_string()));
    let failed = || files.iter().find_map(|file| Some((file, file.failure()?)));
    let remarked = || files.iter().find_map(|file| Some((file, file.remark()?)));
    let ended =
        || files.first().filter(|_| files.iter().all(|file| file.state == FollowState::Ended));
    let told = busy.or_else(failed).or_else(remarked);
    told.or_else(|| ended().map(|file| (file, FollowState::Ended.to_string())))
        .map(|(file, words)| (file, escape(words.as_bytes())))
}
