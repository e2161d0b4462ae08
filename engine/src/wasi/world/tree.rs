//! A file tree in memory: inodes in an arena.
//!
//! Inodes are never reused, so that their numbers are those of the order of creation; the bytes of a file go when its
//! last name and its last handle are gone. Both are limited, and reaching a limit is [`FsError::NoSpace`].

use super::{Clocks, FileKind, FsError, Stat};
use std::collections::BTreeMap;

/// The most inodes that one tree makes.
const MAX_NODES: usize = 1 << 16;
/// The most bytes that the files of one tree hold together.
const MAX_BYTES: u64 = 1 << 30;

/// Index of an inode in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(usize);

/// The root.
pub(super) const ROOT: NodeId = NodeId(0);

/// An inode.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Number of names.
    pub nlink: u64,
    /// Number of handles.
    pub opens: u32,
    pub atime: u64,
    pub mtime: u64,
    pub ctime: u64,
    pub body: Body,
}

/// What is in an inode.
#[derive(Debug, Clone)]
pub(super) enum Body {
    File(Vec<u8>),
    Dir { entries: BTreeMap<String, NodeId>, parent: NodeId },
    Link(String),
}

/// All inodes.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    bytes: u64,
    pub clocks: Clocks,
}

impl Tree {
    /// A tree of an empty root.
    pub fn new(clocks: Clocks) -> Self {
        let mut tree = Tree { nodes: Vec::new(), bytes: 0, clocks };
        let body = Body::Dir { entries: BTreeMap::new(), parent: ROOT };
        let root = tree.add(body).expect("the first of many");
        tree.node_mut(root).nlink = 1;
        tree
    }

    /// The same inodes in a tree of its own, whose times come from `clocks`; nobody has any of them open.
    pub fn duplicate(&self, clocks: Clocks) -> Self {
        let nodes = self.nodes.iter().map(|node| Node { opens: 0, ..node.clone() });
        Tree { nodes: nodes.collect(), bytes: self.bytes, clocks }
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0]
    }

    pub fn is_dir(&self, id: NodeId) -> bool {
        matches!(self.node(id).body, Body::Dir { .. })
    }

    /// An inode without a name.
    pub fn add(&mut self, body: Body) -> Result<NodeId, FsError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(FsError::NoSpace);
        }
        let now = self.clocks.wall();
        self.nodes.push(Node { nlink: 0, opens: 0, atime: now, mtime: now, ctime: now, body });
        Ok(NodeId(self.nodes.len() - 1))
    }

    /// The entries of a directory.
    pub fn entries(&self, dir: NodeId) -> Result<&BTreeMap<String, NodeId>, FsError> {
        match &self.node(dir).body {
            Body::Dir { entries, .. } => Ok(entries),
            _ => Err(FsError::NotDirectory),
        }
    }

    fn entries_mut(&mut self, dir: NodeId) -> Result<&mut BTreeMap<String, NodeId>, FsError> {
        let now = self.clocks.wall();
        let node = self.node_mut(dir);
        (node.mtime, node.ctime) = (now, now);
        match &mut node.body {
            Body::Dir { entries, .. } => Ok(entries),
            _ => Err(FsError::NotDirectory),
        }
    }

    /// Names `node` in `dir`; nothing of this name may be there.
    pub fn enter(&mut self, dir: NodeId, name: &str, node: NodeId) -> Result<(), FsError> {
        if self.node(dir).nlink == 0 {
            return Err(FsError::NoEntry);
        }
        self.entries_mut(dir)?.insert(name.to_owned(), node);
        let now = self.clocks.wall();
        let inner = self.node_mut(node);
        inner.nlink += 1;
        inner.ctime = now;
        if let Body::Dir { parent, .. } = &mut inner.body {
            *parent = dir;
        }
        Ok(())
    }

    /// Takes a name away, and the bytes with the last one.
    pub fn remove(&mut self, dir: NodeId, name: &str) -> Result<NodeId, FsError> {
        let node = self.entries_mut(dir)?.remove(name).ok_or(FsError::NoEntry)?;
        let now = self.clocks.wall();
        let inner = self.node_mut(node);
        inner.nlink -= 1;
        inner.ctime = now;
        self.let_go(node);
        Ok(node)
    }

    /// Frees the bytes of a file that nobody can reach.
    pub fn let_go(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.0];
        if let Body::File(bytes) = &mut node.body
            && (node.nlink, node.opens) == (0, 0)
        {
            self.bytes -= bytes.len() as u64;
            *bytes = Vec::new();
        }
    }

    /// Whether `dir` is `ancestor` or inside it.
    pub fn is_inside(&self, mut dir: NodeId, ancestor: NodeId) -> bool {
        loop {
            if dir == ancestor {
                return true;
            }
            match &self.node(dir).body {
                Body::Dir { parent, .. } if *parent != dir => dir = *parent,
                _ => return false,
            }
        }
    }

    /// Cuts or extends a file.
    pub fn resize(&mut self, id: NodeId, size: u64) -> Result<(), FsError> {
        if size > MAX_BYTES {
            return Err(FsError::TooLarge);
        }
        let now = self.clocks.wall();
        let node = &mut self.nodes[id.0];
        let Body::File(bytes) = &mut node.body else { return Err(FsError::IsDirectory) };
        let total = self.bytes - bytes.len() as u64 + size;
        if total > MAX_BYTES {
            return Err(FsError::NoSpace);
        }
        bytes.resize(size as usize, 0);
        (self.bytes, node.mtime, node.ctime) = (total, now, now);
        Ok(())
    }

    pub fn stat(&self, id: NodeId) -> Stat {
        let node = self.node(id);
        let (kind, size) = match &node.body {
            Body::File(bytes) => (FileKind::RegularFile, bytes.len()),
            Body::Dir { .. } => (FileKind::Directory, 0),
            Body::Link(target) => (FileKind::SymbolicLink, target.len()),
        };
        let &Node { nlink, atime, mtime, ctime, .. } = node;
        Stat { dev: 1, ino: id.0 as u64 + 1, kind, nlink, size: size as u64, atime, mtime, ctime }
    }
}
