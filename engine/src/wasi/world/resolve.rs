//! Paths in a tree: walked component by component, never above the directory where the walk begins.

use super::{
    FsError,
    tree::{Body, NodeId, Tree},
};
use std::collections::VecDeque;

/// The most symbolic links that one path may go through.
const MAX_LINKS: u32 = 40;
/// The longest name, in bytes.
const MAX_NAME: usize = 255;
/// The longest path, in bytes.
const MAX_PATH: usize = 4096;

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory of the last component.
    pub parent: NodeId,
    /// The last component; `None` if the path ends in `.` or `..`, and so has no name to make or remove.
    pub name: Option<String>,
    /// What is there.
    pub node: Option<NodeId>,
    /// Whether the path says that it must be a directory.
    pub must_be_dir: bool,
}

impl Place {
    /// What is there, or [`FsError::NoEntry`].
    pub fn existing(&self) -> Result<NodeId, FsError> {
        self.node.ok_or(FsError::NoEntry)
    }
}

/// Walks `path` from `root`. `follow` says what to do with a symbolic link at the end.
pub(super) fn resolve(tree: &Tree, root: NodeId, path: &str, follow: bool) -> Result<Place, FsError> {
    check(path)?;
    let mut walk = Walk { tree, dirs: vec![root], rest: VecDeque::new(), must_be_dir: false, links: 0 };
    walk.push(path);
    while let Some(component) = walk.rest.pop_front() {
        match component.as_str() {
            "." => {}
            ".." => walk.up()?,
            name => {
                if let Some(place) = walk.down(name, follow)? {
                    return Ok(place);
                }
            }
        }
    }
    let parent = walk.top();
    Ok(Place { parent, name: None, node: Some(parent), must_be_dir: true })
}

/// What no path may be.
fn check(path: &str) -> Result<(), FsError> {
    match path {
        "" => Err(FsError::NoEntry),
        path if path.starts_with('/') => Err(FsError::NotPermitted),
        path if path.len() > MAX_PATH => Err(FsError::NameTooLong),
        path if path.contains('\0') => Err(FsError::Invalid),
        _ => Ok(()),
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    /// From where the walk began down to where it is.
    dirs: Vec<NodeId>,
    rest: VecDeque<String>,
    must_be_dir: bool,
    links: u32,
}

impl Walk<'_> {
    fn top(&self) -> NodeId {
        *self.dirs.last().expect("`up` keeps the first")
    }

    /// Puts the components of `path` before the rest.
    fn push(&mut self, path: &str) {
        if self.rest.is_empty() {
            let last = path.rsplit('/').next().unwrap_or_default();
            self.must_be_dir |= matches!(last, "" | "." | "..");
        }
        for component in path.rsplit('/').filter(|component| !component.is_empty()) {
            self.rest.push_front(component.to_owned());
        }
    }

    fn up(&mut self) -> Result<(), FsError> {
        if self.dirs.len() == 1 {
            return Err(FsError::NotPermitted);
        }
        self.dirs.pop();
        Ok(())
    }

    /// Goes into `name`; the place, if it is the end of the path.
    fn down(&mut self, name: &str, follow: bool) -> Result<Option<Place>, FsError> {
        if name.len() > MAX_NAME {
            return Err(FsError::NameTooLong);
        }
        let is_last = self.rest.is_empty();
        let parent = self.top();
        let place = |node, must_be_dir| Some(Place { parent, name: Some(name.to_owned()), node, must_be_dir });
        let Some(&node) = self.tree.entries(parent)?.get(name) else {
            return if is_last { Ok(place(None, self.must_be_dir)) } else { Err(FsError::NoEntry) };
        };
        match &self.tree.node(node).body {
            Body::Link(target) if !is_last || follow || self.must_be_dir => self.follow(target).map(|()| None),
            Body::Dir { .. } if !is_last => {
                self.dirs.push(node);
                Ok(None)
            }
            Body::File(_) if !is_last || self.must_be_dir => Err(FsError::NotDirectory),
            _ => Ok(place(Some(node), self.must_be_dir)),
        }
    }

    fn follow(&mut self, target: &str) -> Result<(), FsError> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(FsError::Loop);
        }
        check(target)?;
        self.push(target);
        Ok(())
    }
}
