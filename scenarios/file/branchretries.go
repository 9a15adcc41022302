package file

import "wavetank/scenarios/strict"

// BranchRetries says what a pipeline does when a branch of a request dies: it is rejected, times
// out, is dropped, or fails.
type BranchRetries struct {
	Of      RetriedPart `yaml:"of" doc:"branch: the branch alone is tried again, and the others go on; request: the whole request begins again with its first stage"`
	Retries `yaml:",inline"`
}

// RetriedPart says which part of a pipeline request is tried again.
type RetriedPart string

// Choices implements strict.Chooser.
func (RetriedPart) Choices() []string { return []string{"branch", "request"} }

// SetDefaults implements strict.Defaulter.
func (r *BranchRetries) SetDefaults() {
	r.Of = "branch"
	r.Retries.SetDefaults()
}

// checkBranchRetries reports retries of branches in a stream that has none.
func (s *Stream) checkBranchRetries(report func(path, message string)) {
	if s.Branches != nil && s.Pipeline == nil {
		report(strict.Resting("branch-retries", "pipeline"), "only requests of a pipeline have branches; retries of other requests belong to a client")
	}
}
