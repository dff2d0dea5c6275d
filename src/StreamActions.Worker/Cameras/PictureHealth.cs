// Whether a camera's pictures can be believed: frozen, black and corrupt streams. Pure: times and facts in, changes out.
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Cameras;

/// <summary>A camera's pictures stopped or started being of use.</summary>
/// <param name="Reason">One of <see cref="BlindReason"/>.</param>
/// <param name="Blind">Whether it is so now.</param>
/// <param name="Detail">A sentence for the operator.</param>
internal readonly record struct HealthChange(string Reason, bool Blind, string Detail);

/// <summary>
/// <para><b>Frozen:</b> every picture is the same as the one before, to the last byte at analysis size, for <c>frozen-after</c>. A sensor has
/// noise, and a camera sends a fresh key frame every few seconds, so a live picture differs now and then even when nothing happens; a drawn
/// or very strongly compressed scene may not, which is what the key <c>frozen-after</c> is for.</para>
/// <para><b>Black:</b> dark and even, or without any structure however bright (a covered or sprayed lens, one colour in place of a lost signal),
/// for <c>black-after</c>.</para>
/// <para><b>Corrupt:</b> the reader reported damaged pictures again and again, never two seconds without, for <c>corrupt-after</c>.</para>
/// <para>Each ends when it has not been so for <see cref="Recovery"/>.</para>
/// </summary>
/// <param name="options">After how long each is reported; null never.</param>
internal sealed class PictureHealth(PictureHealthOptions options)
{
    /// <summary>How long pictures must be well again.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(2);

    /// <summary>Damage counts this long: it is reported with one picture, and seen in all up to the next key frame.</summary>
    public static readonly TimeSpan DamageLasts = TimeSpan.FromSeconds(2);

    private const double DarkBrightness = 24, DarkSpread = 8, LeastStructure = 0.8, Clearly = 1.5;

    private readonly SustainedState? _frozen = Make(options.FrozenAfter), _black = Make(options.BlackAfter), _corrupt = Make(options.CorruptAfter);
    private ulong? _before;
    private long _errorsBefore;
    private DateTimeOffset? _damagedAt;
    private bool _same, _dark;

    /// <summary>True while the camera is frozen or black and the newest picture is, too: it must not be looked at.</summary>
    public bool Withholds => (_frozen is { IsOn: true } && _same) || (_black is { IsOn: true } && _dark);

    /// <summary>Takes a picture.</summary>
    /// <param name="time">Its capture time.</param>
    /// <param name="picture">What it is like.</param>
    /// <param name="decodeErrors">Damage the reader reported since it was opened.</param>
    public IReadOnlyList<HealthChange> Add(DateTimeOffset time, PictureFacts picture, long decodeErrors)
    {
        _same = picture.Fingerprint == _before;
        _dark = IsDark(picture);
        if (decodeErrors > _errorsBefore)
            _damagedAt = time;
        (_before, _errorsBefore) = (picture.Fingerprint, decodeErrors);
        var damaged = _damagedAt is { } at && time - at < DamageLasts;
        List<HealthChange>? changes = null;
        Judge(_frozen, _same, BlindReason.Frozen, "the same picture again and again", "the picture changes again");
        Judge(_black, _dark, BlindReason.Black, picture.Brightness < DarkBrightness ? "the picture is dark" : "there is nothing in the picture: is the lens covered?", "there is something to see again");
        Judge(_corrupt, damaged, BlindReason.Corrupt, "the stream arrives damaged; its pictures are still looked at", "the stream is whole again");
        return changes ?? (IReadOnlyList<HealthChange>)[];

        void Judge(SustainedState? state, bool holds, string reason, string blind, string seeing)
        {
            if (state is not null && state.Add(time, holds))
                (changes ??= []).Add(new(reason, state.IsOn, state.IsOn ? blind : seeing));
        }
    }

    /// <summary>The source was opened anew, or time jumped: nothing is known of the meantime.</summary>
    public void Interrupt()
    {
        foreach (var state in (ReadOnlySpan<SustainedState?>)[_frozen, _black, _corrupt])
            state?.Interrupt();
        (_errorsBefore, _damagedAt) = (0, null);
    }

    // Once it is so, it must be clearly otherwise.
    private bool IsDark(PictureFacts picture)
    {
        var factor = _dark ? Clearly : 1;
        return (picture.Brightness < DarkBrightness * factor && picture.Spread < DarkSpread * factor) || picture.Structure < LeastStructure * factor;
    }

    private static SustainedState? Make(TimeSpan? after) => after is { } enter ? new(enter, Recovery) : null;
}
