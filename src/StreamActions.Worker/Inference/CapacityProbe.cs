// Measures an encoder on this machine: one lane alone, and all lanes at the same time. Frames are black and white in turns.
using System.Collections.Concurrent;
using StreamActions.Core.Clips;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>The result of a measurement.</summary>
/// <param name="Alone">Duration of a run of one step while no other lane runs.</param>
/// <param name="Together">Duration of a run of the largest batch while all lanes run.</param>
/// <param name="StepsPerSecond">Steps per second of all lanes together.</param>
internal readonly record struct MeasuredCapacity(TimeSpan Alone, TimeSpan Together, double StepsPerSecond);

/// <summary>
/// Runs each lane a few times, through slots, as cameras do. It takes about two seconds. With a model whose run takes longer than a second,
/// it takes two runs.
/// </summary>
internal static class CapacityProbe
{
    private const int LeastRuns = 3, MostRuns = 100;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(1);

    /// <summary>Measures. Blocks the calling thread.</summary>
    /// <param name="encoder">The encoder; nothing else may use it.</param>
    /// <param name="clip">Size of the frames, and the time between them.</param>
    /// <param name="plan">Lanes and the largest batch.</param>
    /// <param name="time">The clock.</param>
    public static MeasuredCapacity Measure(IVideoEncoder encoder, ClipSpec clip, RunPlan plan, TimeProvider time)
    {
        Station[] stations = [.. Enumerable.Range(0, plan.Parallel).Select(_ => new Station(encoder, clip, plan.MaxBatch, time))];
        try
        {
            var alone = stations[0].Measure(steps: 1);
            if (plan is { Parallel: 1, MaxBatch: 1 })
                return new(alone, alone, 1 / alone.TotalSeconds);
            var together = Together(stations, plan.MaxBatch);
            return new(alone, together.Max(), together.Sum(run => plan.MaxBatch / run.TotalSeconds));
        }
        finally
        {
            foreach (var station in stations)
                station.Dispose();
        }
    }

    private static TimeSpan[] Together(Station[] stations, int steps)
    {
        var runs = new TimeSpan[stations.Length];
        ConcurrentQueue<Exception> errors = new();
        Thread[] threads = [.. stations.Select((station, i) => new Thread(() =>
        {
            try
            {
                runs[i] = station.Measure(steps);
            }
            catch (Exception e)
            {
                errors.Enqueue(e);
            }
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        return errors.TryPeek(out var error) ? throw new InvalidOperationException(error.Message, error) : runs;
    }

    // A lane with a slot for each step of its largest batch.
    private sealed class Station : IDisposable
    {
        private readonly View[] _views;
        private readonly EncoderSlot[] _slots;
        private readonly EncoderLane _lane;
        private readonly ClipSpec _clip;
        private readonly TimeProvider _time;
        private readonly List<EncoderStep> _batch = [];
        private readonly List<(EncoderStep, Observation)> _due = [];
        private readonly int[] _frames;

        public Station(IVideoEncoder encoder, ClipSpec clip, int maxBatch, TimeProvider time)
        {
            (_clip, _time, _frames) = (clip, time, new int[maxBatch]);
            _views = [.. Enumerable.Range(0, maxBatch).Select(_ => new View("", null))];
            _slots = [.. _views.Select(encoder.Open)];
            _lane = encoder.OpenLane();
        }

        /// <summary>The mean duration of a run.</summary>
        public TimeSpan Measure(int steps)
        {
            // The first run also allocates. In a long run that matters little.
            var took = Run(steps);
            if (took > LongEnough)
                return took;
            var (runs, total) = (0, TimeSpan.Zero);
            while (runs < LeastRuns || (runs < MostRuns && total < LongEnough / 4))
            {
                total += Run(steps);
                runs++;
            }
            return total / runs;
        }

        public void Dispose()
        {
            foreach (var slot in _slots)
                slot.Dispose();
            _lane.Dispose();
        }

        private TimeSpan Run(int steps)
        {
            _batch.Clear();
            _due.Clear();
            try
            {
                while (_batch.Count < steps)
                    _batch.Add(Step(_batch.Count));
                var started = _time.GetTimestamp();
                _lane.Encode(_batch, _due);
                return _time.GetElapsedTime(started);
            }
            finally
            {
                foreach (var step in _batch)
                    step.Dispose();
            }
        }

        private EncoderStep Step(int slot)
        {
            while (true)
            {
                var at = DateTimeOffset.UnixEpoch + ++_frames[slot] * _clip.FrameInterval;
                var frame = ViewFrame.Rent(_clip.FrameBytes, _views[slot], 1, at, _time.GetTimestamp());
                // Everything changes in every frame, so that a model that reuses earlier frames shows what it needs at most.
                frame.Pixels.Fill(_frames[slot] % 2 == 0 ? byte.MinValue : byte.MaxValue);
                if (_slots[slot].Push(frame) is { } step)
                    return step;
            }
        }
    }
}
