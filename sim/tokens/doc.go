// Package tokens is the engine inside one LLM replica. It batches continuously, in steps under a
// token budget. It has chunked prefill, a paged KV cache, an optional prefix cache, preemption by
// recomputation, and priorities. Its semantics are those of vLLM's V1 scheduler
// (vllm/v1/core/sched/scheduler.py).
//
// # A step
//
//  1. The step that ends emits. A sequence emits one token if its computed tokens have reached its
//     target, prompt + emitted. Sequences that decode emit first, then sequences that prefill, both
//     in running order. A sequence that has emitted its last token finishes. Its blocks are freed,
//     the last one first.
//  2. The budget is MaxTokens. The running sequences are scheduled in the order of their admission.
//     A sequence that decodes gets n = 1+Draft tokens, or 0 if the budget is smaller. Any other
//     gets n = min(target − computed, LongPrefill where that is set, budget). With n = 0 it is
//     skipped. It needs ⌈(computed+n)/Block⌉ blocks. While these are not free, a victim is
//     preempted: the last running sequence, or with Priority the one of the largest priority, then
//     the latest ordinal. The victim's blocks are freed, its computed tokens become 0, and it goes
//     to the front of the waiting line. If the victim was scheduled in this step, it gives its
//     tokens back to the budget. A sequence that preempts itself ends the pass.
//  3. If nothing was preempted, waiting sequences join from the front of the line. With Priority
//     they join by the smallest priority, then the earliest ordinal. They join while budget is left
//     and fewer than MaxSequences run. Computed tokens are those of the leading blocks found in the
//     prefix cache, at most ⌊(target−1)/Block⌋ blocks. If tokens came with the sequence, these are
//     the computed ones, and nothing is looked up. n is as above. The pass ends where the blocks
//     are not free. With WholePrompt these are the blocks of all tokens up to the target. Without
//     chunked prefill it also ends where the budget is what makes n small.
//  4. The step takes the time that the step-time model gives for its Work. A sequence scheduled
//     with one token counts as decode, else as prefill. Boundaries of steps are the floor, in
//     nanoseconds, of the exact sum of step times since the replica was last idle. If preemption
//     left nothing scheduled, the step begins with 2 again, at the same instant.
//
// A sequence decodes in a step when it emitted at the boundary where the step begins. Any other
// running sequence prefills, also one that was to decode and was skipped. What is computed in a
// step counts as computed from its beginning.
//
// # What comes at a boundary
//
// First the step ends (End), then comes what else happens at the instant, then the next step begins
// (Begin). So a request that comes at the very instant of a boundary is scheduled there. A read of
// the blocks held or matched sees the step that has ended until the next has begun. After that a
// driver asks as of the next nanosecond.
//
// With Ahead a step is scheduled when the one before it begins. A request that comes while a step
// runs is not in the next one, but waits for the boundary after; if there is no next step, it is
// scheduled at once. What sequences that end leave is there at the boundary, as without Ahead.
//
// # Speculative decoding
//
// A decoding sequence is scheduled with 1+Draft tokens. They count as one decode sequence and Draft
// prefill tokens without attention. The number that is accepted is the mean over many steps: a
// sequence that began to decode after step S₀ of the replica has advanced by ⌊S·g⌋ − ⌊S₀·g⌋ tokens
// after step S, with g = (1 − p^(Draft+1))/(1 − p) in units of 2⁻¹⁶ (Leviathan et al. 2023, eq. 1).
// It takes blocks for what it will have accepted, beyond its last token, too. The context in the
// step-time model advances by g, not by its floor; the coefficient times g is rounded to a whole
// grain.
//
// # Prefix cache
//
// The cache names blocks by content: block j of a sequence by its segments up to the token
// (j+1)·Block. A block of the prompt is named once its last token is scheduled, with two
// exceptions: a block of that name is there already, or the sequence does not hold the named block
// before it. The second is so for all that came from elsewhere. Blocks that reach beyond the
// segments of the prompt are named when the sequence gives them up: under its reply, or, where it
// is preempted, for itself alone. Free blocks, named or not, are in one line in the order in which
// they were freed, the last block of a sequence first. A new block is the first of the line and
// loses its name. A block found again leaves the line.
//
// # Runs of steps
//
// While all running sequences decode and no sequence can join, many steps have one closed form, a
// run. The next event is the end of the run, however many steps that is.
package tokens
