package fleet

// sending is the KV caches on their way from a replica that has computed their prompts to replicas
// that decode. Their requests are not finished for the one that sends: its memory and its link are
// in use until they are there.
type sending struct{ requests, tokens int64 }

// Send notes that the KV cache of a prompt leaves a replica.
func (f *Fleet) Send(from ReplicaID, prompt int32) { f.send(from, 1, prompt) }

// Sent notes that a cache is there, or is no longer wanted.
func (f *Fleet) Sent(from ReplicaID, prompt int32) { f.send(from, -1, -prompt) }

func (f *Fleet) send(from ReplicaID, requests int64, tokens int32) {
	f.sends = AtLeast(f.sends, from)
	f.sends[from].requests += requests
	f.sends[from].tokens += int64(tokens)
	f.loadChanged(from)
}

// Outstanding returns the number of requests that a replica was given and has not finished, and
// those whose KV caches leave it.
func (f *Fleet) Outstanding(at ReplicaID) int {
	n := f.replicas[at].Held()
	if int(at) < len(f.sends) {
		n += int(f.sends[at].requests)
	}
	return n
}

// PromptTokens returns the prompt tokens of the unfinished requests of a token replica, and of
// those whose KV caches leave it.
func (f *Fleet) PromptTokens(at ReplicaID) int64 {
	n := f.replicas[at].tokens
	if int(at) < len(f.sends) {
		n += f.sends[at].tokens
	}
	return n
}
