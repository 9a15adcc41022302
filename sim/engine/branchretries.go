package engine

// attempts counts the attempts of a pipeline request and of the branches of its present stage
// (fleet.BranchRetries).
type attempts struct {
	number uint64  // of the request in its pipeline
	epoch  uint32  // of the events of its further attempts
	whole  int     // attempts of the whole request
	of     []uint8 // attempts of each branch of the present stage
	made   int     // further attempts of both kinds that have begun
	paused int     // further attempts whose pauses are not over
	strays int     // branches in flight of earlier attempts
}

// renewed returns the attempts of a new request in the same place.
func (a *attempts) renewed() attempts { return attempts{epoch: a.epoch + 1, of: a.of[:0], whole: 1} }

// begin counts the first attempts of the branches of a stage.
func (a *attempts) begin(branches int) {
	a.of = a.of[:0]
	for range branches {
		a.of = append(a.of, 1)
	}
}

// mayTryAgain schedules a further attempt after a branch has died, alone or with its whole request.
// It returns false if none is left, or if the budget is used up.
func (p *pipelines) mayTryAgain(at int32, branch int) bool {
	j := &p.requests[at]
	r := p.Spec.Pipelines[j.request.Pipeline-1].Retries
	if r == nil {
		return false
	}
	a, n := &j.again, j.again.whole
	if !r.Whole {
		n = int(a.of[branch])
	}
	if n >= r.Attempts {
		return false
	}
	if b := p.budgets[j.request.Pipeline-1]; b != nil && !b.retry(p.queue.Now()) {
		return false
	}
	if r.Whole {
		a.whole++
		branch = -1
		p.startOver(j)
	} else {
		a.of[branch]++
	}
	a.paused++
	p.pauses++
	const most = 1 << 20 // further attempts of a request, far above what a run has
	pause := p.backoff(&r.Backoff, p.Spec.Pipelines[j.request.Pipeline-1].Name, n, a.number*most+uint64(a.made+a.paused))
	p.queue.Schedule(p.queue.Now().Add(pause), event{kind: branchDue, index: at, epoch: a.epoch, other: int32(branch)})
	return true
}

// startOver makes a request leave its present stage and begin with the first one. Branches that
// wait are withdrawn. Nobody waits for those in service.
func (p *pipelines) startOver(j *pipelineRequest) {
	before := append([]place(nil), j.open...)
	j.again.strays += j.left
	j.open, j.left, j.begun = j.open[:0], 0, 0
	p.withdraw(&pipelineRequest{open: before})
}

// again lets a further attempt begin at this instant, unless its request has ended.
func (p *pipelines) again(e event) {
	j := &p.requests[e.index]
	if j.over || j.again.epoch != e.epoch {
		return
	}
	p.next = append(p.next, beginning{e.index, e.other, true})
}
