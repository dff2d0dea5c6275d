// A relay between a client and a server that simulates network faults.
using System.Net;
using System.Net.Sockets;

namespace StreamActions.TestKit.Net;

/// <summary>The modes of the relay.</summary>
public enum RelayMode
{
    /// <summary>Forwards everything.</summary>
    Pass,

    /// <summary>Drops all data in both directions and keeps connections open, as after a network failure.</summary>
    Swallow,

    /// <summary>Replaces the data of the server by noise of the same length.</summary>
    Garble,

    /// <summary>Drops a tenth of the server's RTP packets (interleaved in the connection, RFC 2326 §10.12).</summary>
    LosePackets,
}

/// <summary>Relays connections from its own port on 127.0.0.1 to another port.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile RelayMode _mode;

    /// <summary>Starts the relay.</summary>
    /// <param name="target">The target port on 127.0.0.1.</param>
    public TcpRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port of the relay.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The current mode.</summary>
    public RelayMode Mode
    {
        get => _mode;
        set => _mode = value;
    }

    /// <summary>Number of dropped RTP packets.</summary>
    public long Lost { get; private set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(RelayAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (client)
        using (TcpClient server = new())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, both.Token);
                var (near, far) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(
                    PumpAsync(near, far, fromServer: false, both.Token), PumpAsync(far, near, fromServer: true, both.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The server refused: close the connection of the client.
            }
            await both.CancelAsync();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool fromServer, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        LossyPackets packets = new();
        try
        {
            while (await from.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                ReadOnlyMemory<byte> passed = buffer.AsMemory(0, read);
                if (Mode == RelayMode.Swallow)
                    continue;
                if (Mode == RelayMode.Garble && fromServer)
                    Random.Shared.NextBytes(buffer.AsSpan(0, read));
                else if (fromServer)
                    passed = packets.Pass(passed.Span, Mode == RelayMode.LosePackets);
                await to.WriteAsync(passed, cancellation);
                Lost += packets.TakeLost();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has closed.
        }
        // While data is dropped, the other side must not notice the end of a connection.
        while (Mode == RelayMode.Swallow && !cancellation.IsCancellationRequested)
            await Task.Delay(50, CancellationToken.None);
    }
}
