// Package tokens is the engine inside one LLM replica: continuous batching in iterations under a token budget,
// chunked prefill, a paged KV cache with an optional prefix cache, preemption by recomputation, priorities. Its
// semantics are those of vLLM's V1 scheduler (vllm/v1/core/sched/scheduler.py), which one iteration follows so:
//
//  1. The step that ends emits. Every sequence whose computed tokens have reached its target, prompt + emitted,
//     emits one token; sequences that decode first, then those that caught up, each in running order. A sequence that
//     has emitted its last token finishes: its blocks are freed, the last one first.
//  2. Budget: MaxTokens. Running sequences in the order of their admission: n = min(target − computed, LongPrefill
//     where that is set, budget), for one that decodes 1+Draft, or 0 where the budget is smaller; 0 is passed over. It needs
//     ⌈(computed+n)/Block⌉ blocks. While they are not free, the last running sequence (with Priority: the one of the
//     largest priority, then the latest ordinal) is preempted: its blocks are freed, computed := 0, it goes to the
//     front of the waiting line; one that was scheduled in this step gives its tokens back to the budget. A sequence that
//     preempts itself ends the pass.
//  3. Where nothing was preempted, waiting sequences from the front (with Priority: the smallest priority, then the
//     earliest ordinal), while budget is left and fewer than MaxSequences run: computed := the tokens of the leading
//     blocks found in the prefix cache, at most ⌊(target−1)/Block⌋ blocks, or those that came with it, and then none is
//     looked up; n as above. Without chunked prefill, where the budget is what makes n small, the pass ends. Where
//     the blocks are not free, the pass ends; with WholePrompt those of all tokens up to the target must be.
//  4. The step takes the time of its Work by the law: a sequence scheduled with one token counts as decode, else as
//     prefill. Boundaries of steps are the floor, in nanoseconds, of the exact sum of step times since the replica
//     was last idle. Where preemption left nothing scheduled, it begins with 2 again, at the same instant.
//
// What comes at the very instant of a boundary is before it: a request is scheduled there, a read of the blocks held or
// matched sees the step that ends. A driver of several replicas, whose boundaries at one instant come one after another,
// asks one that has had its turn there as of the next nanosecond.
//
// With Ahead a step is scheduled when the one before it begins, so that a request that comes while a step runs is not in the
// next one, but waits for the boundary after; where there is no next one, it is scheduled at once. What sequences that end
// leave is there at the boundary, as without it.
//
// A sequence decodes in a step when it emitted at the boundary where the step begins; any other running one catches up,
// also one that was to decode and was passed over. What is computed in a step counts as computed from its beginning.
// With speculative decoding a decoding sequence is scheduled with 1+Draft tokens, counted as one decode sequence and
// Draft prefill tokens without attention, of which so many are accepted as the mean over many steps says: after S steps
// of the replica, every decoding sequence has advanced by ⌊S·g⌋ − ⌊S₀·g⌋ tokens since it began to decode after step S₀,
// with g = (1 − p^(Draft+1))/(1 − p) in units of 2⁻¹⁶ (Leviathan et al. 2023, eq. 1); it takes blocks for what it will
// have accepted, beyond its last token too, and the context in the law advances by g, not by its floor: the coefficient
// times g is rounded to a whole grain.
//
// The prefix cache names blocks by content: block j of a sequence by its segments up to the token (j+1)·Block. A block
// of the prompt is named once its last token is scheduled, unless a block of that name is there already or the sequence
// does not hold the named block before it, which is so for all that came from elsewhere; blocks that reach beyond the
// segments of the prompt are named when the sequence gives them up: under its reply, or, preempted, for itself alone.
// Free blocks, named or not, are in one line in the order in which they were freed, the last block of a sequence first;
// a new block is the first of the line and loses its name; a block found again leaves the line.
//
// While the running set only decodes and nobody can join, many steps have one closed form (a run): the next event
// is the end of the run, however many steps that is.
package tokens
