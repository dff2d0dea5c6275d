// Detects frozen, black and corrupt streams. Pure: times and statistics in, changes out.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>A blind reason began or ended.</summary>
/// <param name="Reason">One of <see cref="BlindReason"/>.</param>
/// <param name="Blind">True when it began.</param>
/// <param name="Detail">A sentence for the operator.</param>
internal readonly record struct HealthChange(string Reason, bool Blind, string Detail);

/// <summary>
/// <para><b>Frozen:</b> every frame is identical to the one before, byte by byte at analysis size, for <c>frozen-after</c>. Sensor noise
/// and new key frames change the picture of a live camera from time to time, even when nothing happens. A drawn or very strongly compressed
/// scene may not change: raise <c>frozen-after</c> for it.</para>
/// <para><b>Black:</b> the picture is dark and even, or has no structure at any brightness (a covered or sprayed lens, a single colour
/// instead of a lost signal), for <c>black-after</c>.</para>
/// <para><b>Corrupt:</b> the reader reported decoding errors at least every two seconds for <c>corrupt-after</c>.</para>
/// <para>Each ends after its condition did not hold for <see cref="RecoverAfter"/>.</para>
/// </summary>
/// <param name="options">The time after which each is reported; null for never.</param>
internal sealed class PictureHealth(PictureHealthOptions options)
{
    /// <summary>A reason ends after its condition did not hold for this time.</summary>
    public static readonly TimeSpan RecoverAfter = TimeSpan.FromSeconds(2);

    /// <summary>A stream counts as damaged for this time after an error: one error spoils all frames up to the next key frame.</summary>
    public static readonly TimeSpan DamagePeriod = TimeSpan.FromSeconds(2);

    // A dark picture stays dark until it exceeds its limits by RecoveryFactor.
    private const double DarkBrightness = 24, DarkSpread = 8, LeastStructure = 0.8, RecoveryFactor = 1.5;

    private readonly SustainedState?
        _frozen = Make(options.FrozenAfter), _black = Make(options.BlackAfter), _corrupt = Make(options.CorruptAfter);

    private ulong? _fingerprint;
    private long _errors;
    private DateTimeOffset? _damagedAt;
    private bool _isSame, _isDark;

    /// <summary>True while the camera is frozen or black and the newest picture is too: it must not be analysed.</summary>
    public bool Withholds => (_frozen is { IsOn: true } && _isSame) || (_black is { IsOn: true } && _isDark);

    /// <summary>Takes a picture.</summary>
    /// <param name="time">Its capture time.</param>
    /// <param name="picture">Its statistics.</param>
    /// <param name="decodeErrors">Decoding errors since the source was opened.</param>
    public IReadOnlyList<HealthChange> Add(DateTimeOffset time, PictureStatistics picture, long decodeErrors)
    {
        _isSame = picture.Fingerprint == _fingerprint;
        _isDark = IsDark(picture);
        if (decodeErrors > _errors)
            _damagedAt = time;
        (_fingerprint, _errors) = (picture.Fingerprint, decodeErrors);
        var isDamaged = _damagedAt is { } at && time - at < DamagePeriod;
        var black = picture.Brightness < DarkBrightness ? "the picture is dark" : "the picture has no structure: check for a covered lens";
        List<HealthChange>? changes = null;
        Judge(_frozen, _isSame, BlindReason.Frozen, "all frames are identical", "the picture changes again");
        Judge(_black, _isDark, BlindReason.Black, black, "the picture is no longer dark or without structure");
        Judge(_corrupt, isDamaged, BlindReason.Corrupt,
            "the reader reports decoding errors; the frames are still analysed", "the reader reports no more decoding errors");
        return changes ?? (IReadOnlyList<HealthChange>)[];

        void Judge(SustainedState? state, bool holds, string reason, string blind, string seeing)
        {
            if (state is not null && state.Add(time, holds))
                (changes ??= []).Add(new(reason, state.IsOn, state.IsOn ? blind : seeing));
        }
    }

    /// <summary>The source was opened again, or time jumped: pending changes start again.</summary>
    public void Interrupt()
    {
        foreach (var state in (ReadOnlySpan<SustainedState?>)[_frozen, _black, _corrupt])
            state?.Interrupt();
        (_errors, _damagedAt) = (0, null);
    }

    private bool IsDark(PictureStatistics picture)
    {
        var factor = _isDark ? RecoveryFactor : 1;
        return (picture.Brightness < DarkBrightness * factor && picture.Spread < DarkSpread * factor)
            || picture.Structure < LeastStructure * factor;
    }

    private static SustainedState? Make(TimeSpan? after) => after is { } enter ? new(enter, RecoverAfter) : null;
}
