package fleet

// sending counts the KV caches on their way from a prefill replica to decode replicas. The prefill
// replica still counts their requests as unfinished, because its memory and its link are in use
// until the caches arrive.
type sending struct{ requests, tokens int64 }

// Send records that the KV cache of a prompt begins to leave a replica.
func (f *Fleet) Send(from ReplicaID, prompt int32) { f.send(from, 1, prompt) }

// Sent records that a cache has arrived, or is no longer needed.
func (f *Fleet) Sent(from ReplicaID, prompt int32) { f.send(from, -1, -prompt) }

func (f *Fleet) send(from ReplicaID, requests int64, tokens int32) {
	f.sends = AtLeast(f.sends, from)
	f.sends[from].requests += requests
	f.sends[from].tokens += int64(tokens)
	f.loadChanged(from)
}

// Outstanding returns the number of requests that a replica was given and has not finished. It
// includes the requests whose KV caches are being sent from the replica.
func (f *Fleet) Outstanding(at ReplicaID) int {
	n := f.replicas[at].Held()
	if int(at) < len(f.sends) {
		n += int(f.sends[at].requests)
	}
	return n
}

// PromptTokens returns the sum of the prompt tokens of the outstanding requests of a token replica.
func (f *Fleet) PromptTokens(at ReplicaID) int64 {
	n := f.replicas[at].tokens
	if int(at) < len(f.sends) {
		n += f.sends[at].tokens
	}
	return n
}
